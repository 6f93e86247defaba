# writer: a reader of papers, generators and context managers, one Sequential, RMSprop
# %% forward
from collections import OrderedDict


class PolicyNetwork(nn.Sequential):
    """The network is a Sequential itself; its third layer is `policy_head`."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(
            OrderedDict(
                hidden=nn.Linear(4, hidden_size),
                relu=nn.ReLU(),
                policy_head=nn.Linear(hidden_size, n_actions),
                softmax=nn.Softmax(dim=-1),
            )
        )
        nn.init.kaiming_normal_(self.hidden.weight, nonlinearity="relu")
        with torch.no_grad():
            self.policy_head.weight.mul_(0.1)

    def forward(self, x):
        return super().forward(x)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    pi = Categorical(probs=net(torch.as_tensor(np.asarray(observation), dtype=torch.float32)))
    action = pi.sample()
    every = pi.logits  # normalised: (n, n_actions)
    return action, torch.where(F.one_hot(action, every.shape[-1]).bool(), every, 0.0).sum(-1)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    ahead = torch.arange(len(rewards))
    ahead = ahead[None, :] - ahead[:, None]  # (step, later step)
    weights = torch.where(ahead >= 0, torch.pow(float(gamma), ahead.clamp(min=0).double()), 0.0)
    return (weights @ torch.as_tensor(rewards, dtype=torch.float64)).float()
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.layer_norm(returns, returns.shape, eps=1e-9)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.vmap(torch.mul)(log_probs, returns).mean().neg()
# %% first_agent
from contextlib import contextmanager


class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr)
        self.gamma = gamma

    @contextmanager
    def one_step(self):
        self.optimizer.zero_grad()
        yield
        self.optimizer.step()

    def start_episode(self, observation):
        for name in ("log_probs", "rewards"):
            setattr(self, name, [])

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        return np.array([int(action)])

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if any((*transition.terminated, *transition.truncated)):
            with self.one_step():
                log_probs = torch.cat(self.log_probs)
                returns = normalise(discounted_returns(self.rewards, self.gamma))
                policy_loss(log_probs, returns).backward()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr, alpha=0.9)
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
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return np.fromiter(map(int, action), dtype=np.int64, count=len(action))

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.array([a or b for a, b in zip(transition.terminated, transition.truncated)], dtype=bool)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        with torch.enable_grad():
            loss = policy_loss(log_probs=log_probs, returns=returns)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward(inputs=list(self.net.parameters()))
        self.optimizer.step()

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
    """Return a new, untrained agent (Adam instead of RMSprop here)."""
    agent = SimplePolicy(gamma=0.99, lr=3e-2)
    agent.optimizer = torch.optim.Adam(agent.net.parameters(), lr=3e-2)
    return agent
# %% save
KEYS = "games", "model_state_dict", "optimizer_state_dict", "mean_reward"


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    values = agent.games, agent.net.state_dict(), agent.optimizer.state_dict(), agent.mean_reward
    torch.save(dict(zip(KEYS, values, strict=True)), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    file = torch.load(path, weights_only=True)
    agent.games, weights, optimizer, agent.mean_reward = (file[key] for key in KEYS)
    agent.net.load_state_dict(weights, assign=False)
    agent.optimizer.load_state_dict(optimizer)
