# writer: prefers torch.autograd.grad to backward and inverse-CDF sampling to Categorical

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.lin = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        self.relu = nn.ReLU()
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        h = self.relu(self.lin(x))
        (value,) = self.critic(h).unbind(dim=1)
        return self.softmax(self.policy(h)), value

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(np.asarray(observation), dtype=torch.float32))
    cdf = probs.detach().double().cumsum(dim=1)
    u = torch.rand(len(cdf), 1, dtype=torch.float64) * cdf[:, -1:]
    action = torch.searchsorted(cdf, u, right=True).clamp(max=probs.shape[1] - 1)  # (n, 1)
    log_prob = torch.take_along_dim(probs, action, dim=1).log()
    return action.view(-1), log_prob.view(-1), value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.add(returns, values.detach(), alpha=-1)

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(log_probs * advantages).sum() / log_probs.shape[0]
    value_loss = F.smooth_l1_loss(returns, values)  # symmetric
    return policy_loss, value_loss

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
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(value=value, log_prob=log_prob))
        return action.numpy()

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
        weights = list(self.net.parameters())
        loss = torch.stack(losses(log_probs, advantage(returns, values), values, returns)).sum()
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.grad = gradient
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
    hyperparameters = {"gamma": 0.99, "lr": 3e-2}
    return ACPolicy(**hyperparameters)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({"games": agent.games, "mean_reward": agent.mean_reward}
               | {f"{n}_state_dict": o.state_dict() for n, o in [("model", agent.net), ("optimizer", agent.optimizer)]}, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    stored = torch.load(path, weights_only=True)
    agent.net.load_state_dict(stored.pop("model_state_dict"))
    agent.optimizer.load_state_dict(stored.pop("optimizer_state_dict"))
    vars(agent).update(stored)
