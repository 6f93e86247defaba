# writer: a NumPy person: no loops, matrices, float64 wherever possible
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        rng = np.random.default_rng()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)
        with torch.no_grad():
            for layer in (self.hidden, self.policy_head):
                n_out, n_in = layer.weight.shape
                layer.weight.copy_(torch.from_numpy(rng.normal(0, np.sqrt(1 / n_in), (n_out, n_in))))
                layer.bias.zero_()

    def forward(self, x):
        h = torch.maximum(self.hidden(x), torch.zeros(()))
        z = self.policy_head(h)
        e = torch.exp(z - z.amax(-1, keepdim=True))
        return e / e.sum(-1, keepdim=True)
# %% act
def choose_action(net, observation, rng=np.random.default_rng()):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.from_numpy(np.asarray(observation, dtype=np.float32)))
    p = probs.detach().numpy().astype(np.float64)
    threshold = rng.random((len(p), 1)) * p.sum(axis=1, keepdims=True)
    actions = (p.cumsum(axis=1) <= threshold).sum(axis=1)
    actions = torch.from_numpy(np.minimum(actions, p.shape[1] - 1))
    log_probs = torch.log(probs[np.arange(len(p)), actions])
    return actions, log_probs
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    r = np.asarray(rewards, dtype=np.float64)
    i = np.arange(len(r))
    powers = float(gamma) ** i
    weights = np.triu(powers[np.abs(i[None, :] - i[:, None])])
    return torch.from_numpy(weights @ r)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    x = returns.detach().numpy()
    tiny = np.finfo(x.dtype).eps
    return torch.from_numpy((x - x.mean()) / np.maximum(x.std(), tiny)).to(returns.dtype)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs.double() @ returns.double())
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs, self.rewards = [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(self.net, observation)
        self.log_probs.append(log_probs)
        return np.asarray(actions.tolist(), dtype=np.int64)

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if np.logical_or(transition.terminated, transition.truncated).item():
            g = normalise(discounted_returns(self.rewards, self.gamma))
            loss = policy_loss(torch.cat(self.log_probs), g)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
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
        self.memory.append(log_probs)
        return np.asarray(actions)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.logical_or.reduce([transition.terminated, transition.truncated], axis=0)
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
make_agent = lambda: SimplePolicy(lr=3e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    with open(path, "wb") as file:
        torch.save(
            dict(
                games=agent.games,
                model_state_dict=agent.net.state_dict(),
                optimizer_state_dict=agent.optimizer.state_dict(),
                mean_reward=agent.mean_reward,
            ),
            file,
        )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        data = torch.load(file, weights_only=True)
    agent.games, agent.mean_reward = data["games"], data["mean_reward"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
