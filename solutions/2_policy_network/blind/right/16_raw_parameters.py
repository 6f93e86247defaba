# writer: somebody who keeps the first layer as raw parameters with F.linear, and saves by a temporary file
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        bound = 0.5
        self.w1 = nn.Parameter(torch.empty(hidden_size, 4).uniform_(-bound, bound))
        self.b1 = nn.Parameter(torch.empty(hidden_size).uniform_(-bound, bound))
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        h = F.relu(F.linear(x, self.w1, self.b1))
        z = self.policy_head(h)
        return F.softmax(z, -1)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    x = torch.as_tensor(observation, dtype=torch.float32)
    n = len(x)
    p = net(x)
    dist = Categorical(p)
    a = dist.sample()
    logp = p[torch.arange(n), a].log()
    return a, logp
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    n = len(rewards)
    powers = [1.0]
    for _ in range(n):
        powers.append(powers[-1] * gamma)
    out = torch.empty(n)
    for t in range(n):
        out[t] = sum(p * r for p, r in zip(powers, rewards[t:]))
    return out
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    z = returns - returns.mean()
    s = z.pow(2).mean().sqrt()
    return torch.where(s > 0, z / (s + 1e-9), torch.zeros_like(z))
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs[None, :] @ returns[:, None]).squeeze()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=lr)
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
        a, logp = choose_action(self.net, observation)
        self.memory.append(logp)
        a = a.numpy()
        return a

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated.copy()
        ended |= transition.truncated
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
        opt = self.optimizer
        opt.zero_grad(set_to_none=False)
        L = policy_loss(log_probs, returns)
        L.backward()
        opt.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(gamma=0.99, lr=3e-2)
# %% save
import os


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    temporary = f"{path}.part"
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        temporary,
    )
    os.replace(temporary, path)  # never a half-written file


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    saved = torch.load(path, weights_only=True)
    agent.net.load_state_dict(saved["model_state_dict"])
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
    agent.games = saved["games"]
    agent.mean_reward = saved["mean_reward"]
