# writer: someone who thinks in NumPy and goes to torch only where a gradient is needed

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        # He initialisation, drawn with NumPy
        with torch.no_grad():
            w = np.random.randn(hidden_size, 4) * np.sqrt(2 / 4)
            self.hidden.weight.copy_(torch.from_numpy(w))
            self.hidden.bias.zero_()

    def forward(self, x):
        h = self.hidden(x).clamp(min=0)
        z = self.policy(h)
        z = torch.exp(z - z.max(dim=1, keepdim=True).values)
        return z / z.sum(dim=1, keepdim=True), self.critic(h).reshape(len(x))

# %% act
RNG = np.random.default_rng()


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.from_numpy(np.asarray(observation, dtype=np.float32)))
    p = probs.detach().numpy().astype(np.float64)
    p /= p.sum(axis=1, keepdims=True)
    picked = np.array([RNG.choice(p.shape[1], p=row) for row in p], dtype=np.int64)
    action = torch.from_numpy(picked)
    return action, probs[np.arange(len(picked)), picked].log(), value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.from_numpy(returns.detach().numpy() - values.detach().numpy())

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    e = torch.abs(values - returns)
    huber = torch.where(e < 1, 0.5 * e * e, e - 0.5)
    return -torch.mean(advantages * log_probs), torch.mean(huber)

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
        actions, *rest = choose_action(self.net, np.asarray(observation))
        self.memory.append(SavedAction(*rest))
        return actions.detach().cpu().numpy()

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
        self.optimizer.zero_grad()
        total = sum(losses(log_probs, advantage(returns, values), values, returns))
        total.backward()
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
    return ACPolicy(lr=0.03)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        dict(
            games=agent.games,
            model_state_dict=agent.net.state_dict(),
            optimizer_state_dict=agent.optimizer.state_dict(),
            mean_reward=agent.mean_reward,
        ),
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(path, weights_only=True)
    agent.net.load_state_dict(saved["model_state_dict"])
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
    agent.games, agent.mean_reward = saved["games"], saved["mean_reward"]
