# writer: minimalist with slots, SimpleNamespace and a shared learning mixin; Agent two inherits its act from nobody
# %% forward
class PolicyNetwork(nn.Module):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        setattr(self, "hidden", nn.Linear(in_features=4, out_features=hidden_size))
        setattr(self, "policy_head", nn.Linear(in_features=hidden_size, out_features=n_actions))
        self.hidden.bias.data.fill_(0.0)
        self.policy_head.bias.data.fill_(0.0)

    def forward(self, x):
        x = self.hidden(x)
        x = x * (x > 0)
        x = self.policy_head(x)
        return torch.exp(x - torch.logsumexp(x, dim=-1, keepdim=True))
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    x = torch.empty(np.shape(observation), dtype=torch.float32)
    x.copy_(torch.as_tensor(observation))
    z = net.policy_head(F.relu(net.hidden(x))) if hasattr(net, "hidden") else net(x).log()
    pi = Categorical(logits=z)
    action = pi.sample().to(torch.int32)
    return action, pi.log_prob(action.long())
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = np.zeros(len(rewards) + 1, dtype=np.float32)
    for t in reversed(range(len(rewards))):
        returns[t] = rewards[t] + gamma * returns[t + 1]
    return torch.from_numpy(returns[:-1])
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    dtype, returns = returns.dtype, returns.double()
    mean = returns.sum() / returns.numel()
    std = ((returns**2).sum() / returns.numel() - mean**2).clamp(min=0).sqrt()
    return torch.nan_to_num((returns - mean) / std, nan=0.0, posinf=0.0, neginf=0.0).to(dtype)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs[None, :] @ returns.to(log_probs.dtype)[:, None])
# %% first_agent
from types import SimpleNamespace


class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    __slots__ = ("net", "optimizer", "gamma", "now")

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.RAdam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.now = SimpleNamespace(log_probs=[], rewards=[])

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.now.log_probs.append(log_prob)
        return action.numpy()

    def train(self, transition):
        self.now.rewards.append(float(transition.reward[0]))
        if not transition.terminated[0] and not transition.truncated[0]:
            return
        self.optimizer.zero_grad()
        policy_loss(
            torch.cat(self.now.log_probs), normalise(discounted_returns(self.now.rewards, self.gamma))
        ).backward()
        self.optimizer.step()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(
            [
                {"params": [p for name, p in self.net.named_parameters() if name.endswith("weight")]},
                {"params": [p for name, p in self.net.named_parameters() if name.endswith("bias")]},
            ],
            lr=lr,
            eps=1e-5,
        )
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
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()
        self.memory.append((chosen := choose_action(self.net, observation))[1])
        return chosen[0].numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated.copy()
        ended[transition.truncated] = True
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        try:
            policy_loss(log_probs, returns).backward()
            self.optimizer.step()
        finally:
            self.optimizer.zero_grad()

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(0.99, 3e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    content = {}
    content["games"] = agent.games
    content["model_state_dict"] = dict(agent.net.state_dict())
    content["optimizer_state_dict"] = agent.optimizer.state_dict()
    content["mean_reward"] = agent.mean_reward
    torch.save(content, str(path), _use_new_zipfile_serialization=False)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    content = torch.load(str(path), weights_only=True)
    agent.net.load_state_dict(content.get("model_state_dict"))
    agent.optimizer.load_state_dict(content.get("optimizer_state_dict"))
    agent.__dict__["games"] = content.get("games")
    agent.__dict__["mean_reward"] = content.get("mean_reward")
