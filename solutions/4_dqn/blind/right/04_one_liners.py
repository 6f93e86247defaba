# writer: a lover of one-liners, lambdas and walrus operators

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next transition
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = [(self.position + i) % self.capacity for i in range(n)]
        [array.__setitem__(rows, getattr(transition, name)) for name, array in self.store._asdict().items()]
        self.position, self.size = (self.position + n) % self.capacity, min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        return Batch(*map(torch.as_tensor, (a[rows] for rows in [np.random.randint(self.size, size=batch_size)] for a in self.store)))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return self.layer3(self.layer2(self.layer1(x).relu()).relu())

# %% epsilon
epsilon = lambda step, start, end, decay: end + (start - end) * np.exp(-step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), values.argmax(1))

# %% targets
td_targets = torch.no_grad()(lambda target_net, reward, next_observation, terminated, gamma: reward + gamma * ~terminated * target_net(next_observation).amax(1))

# %% loss
q_loss = lambda net, observation, action, targets: F.huber_loss(net(observation).gather(1, action[:, None])[:, 0], targets)

# %% soft_update
soft_update = torch.no_grad()(lambda target_net, net, tau: [slow.lerp_(fast, tau) for slow, fast in zip(target_net.parameters(), net.parameters())])

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        (target := DQN()).load_state_dict(self.net.state_dict())
        self.target_net = target
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
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
        loss = q_loss(self.net, (b := self.memory.sample(s.batch_size)).observation, b.action, td_targets(self.target_net, b.reward, b.next_observation, b.terminated, s.gamma))
        self.optimizer.zero_grad(), loss.backward(), nn.utils.clip_grad_value_(self.net.parameters(), 100), self.optimizer.step(), soft_update(self.target_net, self.net, s.tau)

# %% agent
make_agent = lambda: DQNAgent(Settings())
