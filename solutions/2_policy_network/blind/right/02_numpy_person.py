# writer: a NumPy person who goes to PyTorch only where the gradient is needed
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.W1 = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        z = self.policy_head(self.W1(x).clip(min=0))
        z = z - z.amax(axis=-1, keepdims=True)
        e = z.exp()
        return e / e.sum(axis=-1, keepdims=True)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    x = torch.from_numpy(np.ascontiguousarray(observation, dtype=np.float32))
    probs = net(x)
    actions = Categorical(probs).sample()
    rows = np.arange(len(x))
    return actions, probs[rows, actions].log()
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    r = np.array(rewards, dtype=np.float64)  # a copy
    for t in range(r.size - 2, -1, -1):
        r[t] += gamma * r[t + 1]
    return torch.from_numpy(r.astype(np.float32))
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    r = np.asarray(returns, dtype=np.float64)
    z = (r - r.mean()) / (r.std() + np.finfo(np.float32).eps)
    return torch.as_tensor(z, dtype=returns.dtype)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(returns * log_probs).mean(axis=0)
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
        self.memory += [log_probs]
        return np.asarray(actions)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.logical_or(transition.terminated, transition.truncated)
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
        self.optimizer.zero_grad()
        policy_loss(log_probs, returns).backward()
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
    return SimplePolicy(0.99, 0.03)
# %% save
KEYS = np.array(["games", "model_state_dict", "optimizer_state_dict", "mean_reward"])


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    values = agent.games, agent.net.state_dict(), agent.optimizer.state_dict(), agent.mean_reward
    torch.save(dict(zip(KEYS.tolist(), values, strict=True)), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    file = torch.load(path, weights_only=True)
    agent.games, weights, averages, agent.mean_reward = (file[key] for key in KEYS.tolist())
    agent.net.load_state_dict(weights)
    agent.optimizer.load_state_dict(averages)
