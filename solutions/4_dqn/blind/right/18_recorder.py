# writer: keeps losses and Q-values for later plots, with extra methods and a subclass

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
        rows = (self.position + np.arange(n)) % self.capacity
        self._write(rows, transition)
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def _write(self, rows, transition):
        self.store.observation[rows] = transition.observation
        self.store.action[rows] = transition.action
        self.store.reward[rows] = transition.reward
        self.store.next_observation[rows] = transition.next_observation
        self.store.terminated[rows] = transition.terminated

    def is_full(self):
        return self.size == self.capacity

    def share_of_falls(self):
        return self.store.terminated[: self.size].mean()

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        return self._read(np.random.randint(self.size, size=batch_size))

    def _read(self, rows):
        return Batch(*(torch.as_tensor(array[rows]) for array in self.store))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return self.layer3(self.features(x))

    def features(self, x):
        return F.relu(self.layer2(F.relu(self.layer1(x))))

    def best_value(self, x):
        return self(x).max(dim=1).values

# %% epsilon
EPSILON_LOG = []


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    value = end + (start - end) * np.exp(-step / decay)
    EPSILON_LOG.append((step, value))
    return value

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    select_action.explored += int(explore.sum())
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))


select_action.explored = 0

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        return reward + gamma * target_net.best_value(next_observation) * ~terminated

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    features = net.features(observation)
    q = net.layer3(features)
    return F.smooth_l1_loss(q.gather(1, action.unsqueeze(1)).squeeze(1), targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        distance = 0.0
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            distance += float((fast - slow).norm() ** 2)
            slow.lerp_(fast, tau)
    return distance**0.5

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0
        self.record = {"loss": [], "distance": [], "norm": []}

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
        batch = self.memory.sample(s.batch_size)
        targets = td_targets(self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma)
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        self.optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), 100)
        self.optimizer.step()
        distance = soft_update(self.target_net, self.net, s.tau)
        for key, number in zip(self.record, (loss.item(), distance, norm.item())):
            self.record[key].append(number)

# %% agent
class RecordedAgent(DQNAgent):
    """A DQNAgent with a name for the legend."""

    label = "settings of the notebook"


def make_agent():
    """Return a new, untrained agent."""
    return RecordedAgent(Settings())
