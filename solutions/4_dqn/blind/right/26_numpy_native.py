# writer: a NumPy scientist: a structured array as memory, the forward pass of the target in NumPy, tensors only where autograd needs them
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions: one structured array."""

    RECORD = np.dtype(
        [
            ("observation", np.float32, 4),
            ("action", np.int64),
            ("reward", np.float32),
            ("next_observation", np.float32, 4),
            ("terminated", np.bool_),
        ]
    )
    rng = np.random.default_rng()

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = np.zeros(capacity, self.RECORD)
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        new = np.empty(n, self.RECORD)
        for name in self.RECORD.names:
            new[name] = getattr(transition, name)
        # mode="wrap" goes around the ring
        rows = np.arange(self.position, self.position + n)
        np.put(self.store, rows, new, mode="wrap")
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        drawn = self.rng.choice(self.store[: self.size], size=batch_size)
        return Batch(*(torch.as_tensor(drawn[name].copy()) for name in Batch._fields))
# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        W1, b1, W2, b2, W3, b3 = self.parameters()
        zero = torch.zeros(())
        h = torch.maximum(x @ W1.T + b1, zero)
        h = torch.maximum(h @ W2.T + b2, zero)
        return h @ W3.T + b3
# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return np.dot([start - end, end], [np.exp(-step / decay), 1.0])
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    # A random row of "values" for those who explore: its argmax is a uniform action.
    noise = np.random.standard_normal((n, n_actions))
    explores = np.random.random_sample((n, 1)) < epsilon
    return np.argmax(np.where(explores, noise, values), axis=1).astype(np.int32)
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    h = next_observation.detach().cpu().numpy()
    for layer in (target_net.layer1, target_net.layer2, target_net.layer3):
        weight, bias = (p.detach().cpu().numpy() for p in (layer.weight, layer.bias))
        h = h @ weight.T + bias
        if layer is not target_net.layer3:
            h = np.maximum(h, 0)
    y = reward.cpu().numpy().copy()
    alive = ~terminated.cpu().numpy()
    y[alive] += gamma * h[alive].max(axis=1)
    return torch.as_tensor(y)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    delta = values[torch.arange(values.shape[0]), action] - targets
    size = abs(delta)
    inside = (size < 1).to(delta.dtype)
    return torch.mean(inside * (0.5 * delta**2) + (1 - inside) * (size - 0.5))
# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for slow, fast in zip(target_net.parameters(), net.parameters()):
        old, new = slow.detach().cpu().numpy(), fast.detach().cpu().numpy()
        slow.data.copy_(torch.as_tensor(old + tau * (new - old)))
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        for slow, fast in zip(self.target_net.parameters(), self.net.parameters()):
            slow.data[...] = fast.data
            slow.requires_grad = False
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, foreach=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    def act(self, observation, explore=True):
        if not explore:
            return select_action(self.net, observation, 0.0)
        s = self.settings
        probability = epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay)
        self.steps_done += len(observation)
        return select_action(self.net, observation, probability)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward  # (n,)
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        """Do one update step with a batch from the memory."""
        s = self.settings
        b = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, b.reward, b.next_observation, b.terminated, s.gamma)
        for parameter in self.net.parameters():
            parameter.grad = None
        q_loss(self.net, b.observation, b.action, y).backward()
        for parameter in self.net.parameters():
            parameter.grad.clip_(-1, 1)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(batch_size=256))
