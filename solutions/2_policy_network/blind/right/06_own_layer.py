# writer: a student who implements everything from scratch, the linear layer included
# %% forward
class Affine(nn.Module):
    """y = W x + b, row by row."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in) * (2 / n_in) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.einsum("oi,bi->bo", self.weight, x) + self.bias


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.first = Affine(4, hidden_size)
        self.policy_head = Affine(hidden_size, n_actions)
        with torch.no_grad():
            self.policy_head.weight *= 0.1

    def forward(self, x):
        h = self.first(x)
        h = torch.where(h > 0, h, 0.0)
        z = self.policy_head(h)
        e = torch.exp(z - z.max(dim=-1, keepdim=True).values)
        return e / e.sum(dim=-1, keepdim=True)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    p = net(torch.as_tensor(observation, dtype=torch.float32))
    a = Categorical(p.detach()).sample()
    chosen = F.one_hot(a, p.shape[-1])
    return a, torch.log((p * chosen).sum(dim=-1))
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    n = len(rewards)
    k = torch.arange(n, dtype=torch.float64)
    distance = k[None, :] - k[:, None]  # step k seen from step t
    weight = torch.where(distance >= 0, gamma ** distance.clamp(min=0), 0.0)
    return (weight @ torch.tensor(rewards, dtype=torch.float64)).float()
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    n = returns.numel()
    mean = returns.sum() / n
    deviation = returns - mean
    variance = (deviation * deviation).sum() / n
    return deviation / torch.sqrt(variance + 1e-12)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.einsum("t,t->", log_probs, returns).neg()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0
        self.mean_reward = None

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []
        self.episodes = []
        self.rewards = [[] for _ in range(n)]
        self.running = n

    def act(self, observation, explore=True):
        if explore:
            actions, log_probs = choose_action(self.net, observation)
            self.memory.append(log_probs)
        else:
            with torch.no_grad():
                actions = self.net(torch.as_tensor(observation, dtype=torch.float32)).argmax(dim=-1)
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for i in range(len(transition.episode)):
            self.rewards[transition.episode[i]].append(float(transition.reward[i]))
        ended = np.array([bool(a or b) for a, b in zip(transition.terminated, transition.truncated)])
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
        for p in self.net.parameters():
            p.grad = None
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
    return SimplePolicy(lr=3e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    weights = {name: tensor.detach().clone() for name, tensor in agent.net.state_dict().items()}
    torch.save(
        {
            "games": agent.games,
            "mean_reward": agent.mean_reward,
            "model_state_dict": weights,
            "optimizer_state_dict": agent.optimizer.state_dict(),
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    content = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, parameter in agent.net.named_parameters():
            parameter.copy_(content["model_state_dict"][name])
    agent.optimizer.load_state_dict(content["optimizer_state_dict"])
    agent.games = content["games"]
    agent.mean_reward = content["mean_reward"]
