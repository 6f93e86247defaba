# writer: a C programmer: preallocated arrays, index arithmetic, in-place operations, writes bytes
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.l0 = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        h = self.l0(x)
        h = h * (h > 0)
        z = self.policy_head(h)
        z = z - z.max(dim=1, keepdim=True)[0]
        e = z.exp()
        s = e[:, 0].clone()
        for j in range(1, e.shape[1]):
            s = s + e[:, j]
        return e / s[:, None]
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    n = len(observation)
    x = torch.empty((n, 4), dtype=torch.float32)
    for i in range(n):
        for j in range(4):
            x[i, j] = float(observation[i][j])
    dist = Categorical(net(x))
    a = dist.sample()
    lp = dist.log_prob(a)
    return a, lp
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    n = len(rewards)
    buffer = np.zeros(n + 1, dtype=np.float64)
    i = n - 1
    while i >= 0:
        buffer[i] = rewards[i] + gamma * buffer[i + 1]
        i -= 1
    return torch.from_numpy(buffer[:n].copy()).float()
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    n = returns.shape[0]
    s = ss = 0.0
    values = returns.tolist()
    for v in values:
        s += v
    mean = s / n
    for v in values:
        ss += (v - mean) * (v - mean)
    std = (ss / n) ** 0.5
    out = torch.empty_like(returns)
    for i in range(n):
        out[i] = (values[i] - mean) / (std + 1e-8)
    return out
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    total = torch.zeros(())
    for chunk in range(0, len(returns), 64):
        part = slice(chunk, chunk + 64)
        total = total - (log_probs[part] * returns[part]).sum()
    return total
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
        a, lp = choose_action(self.net, observation)
        self.memory[len(self.memory):] = [lp]
        out = np.empty(len(observation), dtype=np.int64)
        out[:] = a.numpy()
        return out

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.zeros(len(transition.episode), dtype=bool)
        ended[transition.terminated] = True
        ended[transition.truncated] = True
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
        loss = policy_loss(log_probs, returns)
        for group in self.optimizer.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    w.grad.zero_()
        loss.backward()
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
    agent = SimplePolicy()
    agent.gamma = 0.99
    for group in agent.optimizer.param_groups:
        group["lr"] = 3e-2
    return agent
# %% save
import io


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    buffer = io.BytesIO()
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        buffer,
    )
    with open(path, "wb") as file:
        file.write(buffer.getvalue())


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        buffer = io.BytesIO(file.read())
    d = torch.load(buffer, weights_only=True)
    agent.games = d["games"]
    agent.net.load_state_dict(d["model_state_dict"])
    agent.optimizer.load_state_dict(d["optimizer_state_dict"])
    agent.mean_reward = d["mean_reward"]
