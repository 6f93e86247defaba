# writer: numerics person: log_softmax inside, exp at the end, an extra method for the logits
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())
        self.policy_head = nn.Linear(hidden_size, n_actions)
        nn.init.zeros_(self.policy_head.weight)
        nn.init.zeros_(self.policy_head.bias)  # begin with equal probabilities

    def log_probs(self, x):
        return F.log_softmax(self.policy_head(self.features(x)), dim=-1)

    def forward(self, x):
        return self.log_probs(x).exp()
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    log_probs = net.log_probs(torch.as_tensor(observation, dtype=torch.float32))
    actions = Categorical(logits=log_probs).sample()
    return actions, torch.take_along_dim(log_probs, actions[:, None], dim=1)[:, 0]
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = torch.tensor(rewards, dtype=torch.float64)
    for t in range(len(returns) - 1, 0, -1):
        returns[t - 1] += gamma * returns[t]
    return returns.to(torch.float32)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    variance, mean = torch.var_mean(returns, correction=0)
    return (returns - mean) * torch.rsqrt(variance + 1e-12)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.dot(log_probs, returns.to(log_probs.dtype)) / -len(returns)
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
        chosen, log_p = choose_action(self.net, observation)
        self.memory.append(log_p)
        chosen = chosen.numpy()
        return chosen

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.bitwise_or(transition.terminated, transition.truncated)
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
        # forget the old gradients at the end: at the beginning there are none
        policy_loss(log_probs, returns).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(gamma=0.99, lr=3 * 10**-2)
# %% save
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    d = torch.load(Path(path), weights_only=True)
    agent.net.load_state_dict(d["model_state_dict"], strict=True)
    agent.optimizer.load_state_dict(d["optimizer_state_dict"])
    agent.games, agent.mean_reward = d["games"], d["mean_reward"]
