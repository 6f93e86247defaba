# writer: a software engineer: base class, properties, deepcopy, frozen target, small methods, keyword arguments
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class _Column:
    """One field of the memory."""

    def __init__(self, capacity, shape, dtype):
        self._rows = np.empty((capacity, *shape), dtype=dtype)

    def write(self, rows, data):
        self._rows[rows] = data

    def read(self, rows):
        return torch.as_tensor(self._rows[rows])


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    _LAYOUT = {
        "observation": ((4,), np.float32),
        "action": ((), np.int64),
        "reward": ((), np.float32),
        "next_observation": ((4,), np.float32),
        "terminated": ((), np.bool_),
    }

    def __init__(self, capacity):
        self.capacity = capacity
        self._columns = {
            name: _Column(capacity, shape, dtype) for name, (shape, dtype) in self._LAYOUT.items()
        }
        self._pushed = 0  # ever

    @property
    def position(self):
        return self._pushed % self.capacity

    @property
    def size(self):
        return min(self._pushed, self.capacity)

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = np.arange(self._pushed, self._pushed + n) % self.capacity
        for name, column in self._columns.items():
            column.write(rows, getattr(transition, name))
        self._pushed += n

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.choice(self.size, size=batch_size, replace=True)
        return Batch(**{name: column.read(rows) for name, column in self._columns.items()})

# %% forward
class _QNetwork(nn.Module):
    """What every network of Q-values can do."""

    def greedy_value(self, x):
        return self(x).amax(dim=-1)


class DQN(_QNetwork):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        self.activation = nn.ReLU()

    def forward(self, x):
        for layer in (self.layer1, self.layer2):
            x = self.activation(layer(x))
        return self.layer3(x)

# %% epsilon
from dataclasses import dataclass


@dataclass(frozen=True)
class ExponentialDecay:
    start: float
    end: float
    scale: float

    def __call__(self, step):
        return self.end + (self.start - self.end) * np.exp(-step / self.scale)


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return ExponentialDecay(start, end, decay)(step)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape

    def greedy():
        return np.argmax(values, axis=1)

    def anything():
        return np.random.randint(low=0, high=n_actions, size=n)

    explores = np.random.random_sample(n) < epsilon
    return np.where(explores, anything(), greedy())

# %% targets
@torch.no_grad()
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    bootstrapped = target_net.greedy_value(next_observation)
    return torch.where(terminated, reward, reward + gamma * bootstrapped)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    taken = torch.take_along_dim(net(observation), action.unsqueeze(-1), dim=-1)
    return F.huber_loss(input=taken.squeeze(-1), target=targets, delta=1.0)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    ours = dict(net.named_parameters())
    with torch.no_grad():
        for name, parameter in target_net.named_parameters():
            parameter.lerp_(ours[name], tau)

# %% update
import copy


def frozen_copy(network):
    clone = copy.deepcopy(network)
    clone.requires_grad_(False)
    return clone.eval()


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    GRADIENT_LIMIT = 100.0

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = frozen_copy(self.net)
        self.optimizer = self._make_optimizer()
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    def _make_optimizer(self):
        return torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )

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
        loss = self._loss_of(self.memory.sample(self.settings.batch_size))
        self._minimise(loss)
        soft_update(target_net=self.target_net, net=self.net, tau=self.settings.tau)

    def _loss_of(self, batch):
        targets = td_targets(
            self.target_net,
            reward=batch.reward,
            next_observation=batch.next_observation,
            terminated=batch.terminated,
            gamma=self.settings.gamma,
        )
        return q_loss(self.net, batch.observation, batch.action, targets)

    def _minimise(self, loss):
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), clip_value=self.GRADIENT_LIMIT)
        self.optimizer.step()

# %% agent
from dataclasses import replace


def make_agent():
    """Return a new, untrained agent."""
    settings = replace(Settings(), learning_starts=1_000)
    return DQNAgent(settings)
