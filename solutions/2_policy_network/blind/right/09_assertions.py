# writer: assertion-heavy and defensive
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        assert hidden_size > 0 and n_actions > 0
        self.input_layer = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        assert x.ndim == 2 and x.shape[1] == 4, f"not (batch, 4): {tuple(x.shape)}"
        hidden = torch.relu(self.input_layer(x))
        logits = self.policy_head(hidden)
        probs = torch.softmax(logits, dim=-1)
        assert probs.shape == logits.shape
        return probs
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    x = torch.as_tensor(observation, dtype=torch.float32)
    n = x.shape[0]
    distribution = Categorical(net(x), validate_args=True)
    actions = distribution.sample()
    log_probs = distribution.log_prob(actions)
    assert actions.shape == (n,)
    assert log_probs.shape == (n,)
    assert torch.all(log_probs <= 1e-6)
    return actions, log_probs
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    before = list(rewards)
    returns = [0.0] * len(rewards)
    G = 0.0
    for t in reversed(range(len(rewards))):
        G = rewards[t] + gamma * G
        returns[t] = G
    assert list(rewards) == before, "the list must not change"
    return torch.tensor(returns, dtype=torch.float32)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    shifted = returns - returns.mean()
    std = returns.std(correction=0)
    result = shifted / (std + 1e-8)
    assert torch.isfinite(result).all()
    assert result.shape == returns.shape
    return result
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    assert log_probs.shape == returns.shape
    loss = -(returns * log_probs).sum()
    assert loss.ndim == 0
    return loss
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(self.net, observation)
        assert len(actions) == len(observation)
        self.memory.append(log_probs)
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated
        assert ended.dtype == bool and len(ended) == len(transition.episode)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        assert log_probs.requires_grad and not returns.requires_grad
        loss = policy_loss(log_probs, returns)
        self.optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None for p in self.net.parameters())
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
    agent = SimplePolicy(gamma=0.99, lr=3e-2)
    assert agent.games == 0
    return agent
# %% save
KEYS = {"games", "model_state_dict", "optimizer_state_dict", "mean_reward"}


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    data = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    assert set(data) == KEYS
    torch.save(data, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    data = torch.load(path, weights_only=True)
    missing = KEYS - set(data)
    assert not missing, f"missing in the file: {missing}"
    agent.games = data["games"]
    agent.mean_reward = data["mean_reward"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
