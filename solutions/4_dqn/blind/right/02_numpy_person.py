# writer: a NumPy person: slices, masks, np.take

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
        rows = np.arange(self.position, self.position + n) % self.capacity
        for name in Batch._fields:
            array = getattr(self.store, name)
            array[rows] = getattr(transition, name)
        self.position = int((rows[-1] + 1) % self.capacity) if n else self.position
        self.size = int(np.minimum(self.size + n, self.capacity))

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.choice(self.size, batch_size)
        return Batch._make(torch.from_numpy(np.take(column, rows, axis=0)) for column in self.store)

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        zero = torch.zeros(())
        h = torch.maximum(self.layer1(x), zero)
        h = torch.maximum(self.layer2(h), zero)
        return self.layer3(h)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    w = np.exp(np.negative(step) / decay)
    return w * start + (1 - w) * end

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = np.argmax(values, axis=1)
    explore = np.random.random_sample(n) < epsilon
    actions[explore] = np.random.randint(0, n_actions, size=np.count_nonzero(explore))
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        q = target_net(next_observation).cpu().numpy()
    v = np.where(terminated.cpu().numpy(), 0, q.max(axis=1))
    return reward + gamma * torch.as_tensor(v, dtype=torch.float32)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)[np.arange(len(action)), action]
    return F.smooth_l1_loss(q, targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for slow, fast in zip(target_net.parameters(), net.parameters()):
        slow.data[...] = tau * fast.data + (1 - tau) * slow.data

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        for a, b in zip(self.target_net.parameters(), self.net.parameters()):
            a.data[:] = b.data
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
        obs, action, reward, next_obs, terminated = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, reward, next_obs, terminated, s.gamma)
        self.optimizer.zero_grad()
        q_loss(self.net, obs, action, y).backward()
        for p in self.net.parameters():
            p.grad[...] = p.grad.clip(-100, 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent()
