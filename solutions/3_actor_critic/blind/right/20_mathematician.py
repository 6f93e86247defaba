# writer: follows the formulas letter by letter, with einsum, vmap and one-hot vectors

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.W = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)  # W_pi, b_pi
        self.critic = nn.Linear(hidden_size, 1)  # W_V, b_V

    def forward(self, x):
        h = torch.relu(self.W(x))
        log_pi = torch.log_softmax(self.policy(h), dim=-1)
        V = torch.einsum("bh,oh->b", h, self.critic.weight) + self.critic.bias
        return torch.exp(log_pi), V

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    s = torch.as_tensor(observation, dtype=torch.float32)
    pi, V = net(s)
    cumulative = pi.detach().cumsum(-1)
    a = (torch.rand(len(pi), 1) * cumulative[:, -1:] >= cumulative[:, :-1]).sum(dim=-1)
    pi_a = torch.vmap(torch.dot)(pi, F.one_hot(a, pi.shape[-1]).float())
    return a, torch.log(pi_a), V

# %% advantage
def advantage(returns, values):
    """A_t = G_t - V(s_t), and V(s_t) is a constant here."""
    V = values.detach()
    G = returns
    A = G - V
    return A

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    T = log_probs.shape[0]
    L_pi = -(1 / T) * (advantages * log_probs).sum()
    d = torch.abs(values - returns)
    L_V = (1 / T) * torch.sum(torch.where(d < 1, 0.5 * d**2, d - 0.5))
    return L_pi, L_V

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probs.argmax(dim=-1).numpy()  # (n,)
        a, log_pi, V = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob=log_pi, value=V))
        return a.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated  # (n,)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma)
        return log_probs, values, normalise(returns)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        A = advantage(returns, values)
        L_pi, L_V = losses(log_probs, A, values, returns)
        L = L_pi + L_V
        self.optimizer.zero_grad()
        L.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    gamma, alpha = 0.99, 3e-2
    return ACPolicy(gamma, alpha)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    theta, omega = agent.net.state_dict(), agent.optimizer.state_dict()
    torch.save({"games": agent.games, "model_state_dict": theta, "optimizer_state_dict": omega, "mean_reward": agent.mean_reward}, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    file = torch.load(path, weights_only=True)
    agent.games, agent.mean_reward = file["games"], file["mean_reward"]
    agent.net.load_state_dict(file["model_state_dict"])
    agent.optimizer.load_state_dict(file["optimizer_state_dict"])
