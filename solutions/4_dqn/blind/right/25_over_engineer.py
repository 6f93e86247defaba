# writer: an over-engineer: abstract base classes, forward hooks for the ReLU, an optimizer subclass that clips, properties, aliases of modules
# %% memory
from abc import ABC, abstractmethod


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class Buffer(ABC):
    """What every memory can do."""

    @abstractmethod
    def __len__(self): ...

    @abstractmethod
    def push(self, transition): ...

    @abstractmethod
    def sample(self, batch_size): ...


class TensorRing(nn.Module):
    """One field: a ring of rows, kept as a buffer of a module, so that .to(device) moves it."""

    def __init__(self, capacity, shape, dtype):
        super().__init__()
        self.register_buffer("rows", torch.zeros(capacity, *shape, dtype=dtype), persistent=False)

    def write(self, where, what):
        self.rows.index_copy_(0, where, torch.as_tensor(what, dtype=self.rows.dtype))

    def forward(self, where):
        return self.rows.index_select(0, where)


class ReplayMemory(Buffer):
    """A ring buffer of the last `capacity` transitions."""

    SPECIFICATION = {
        "observation": ((4,), torch.float32),
        "action": ((), torch.int64),
        "reward": ((), torch.float32),
        "next_observation": ((4,), torch.float32),
        "terminated": ((), torch.bool),
    }

    def __init__(self, capacity):
        self._capacity = capacity
        self._rings = nn.ModuleDict(
            {name: TensorRing(capacity, *spec) for name, spec in self.SPECIFICATION.items()}
        )
        self._cursor = 0
        self._full = False

    @property
    def capacity(self):
        return self._capacity

    @property
    def position(self):
        return self._cursor

    @property
    def size(self):
        return self._capacity if self._full else self._cursor

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        first = max(0, n - self._capacity)  # only the last ones can stay
        where = torch.arange(self._cursor + first, self._cursor + n) % self._capacity
        for name, ring in self._rings.items():
            ring.write(where, getattr(transition, name)[first:])
        self._full = self._full or self._cursor + n >= self._capacity
        self._cursor = (self._cursor + n) % self._capacity

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        where = torch.randint(self.size, (batch_size,))
        return Batch(**{name: ring(where) for name, ring in self._rings.items()})
# %% forward
def _rectify(module, inputs, output):
    return output.relu()


class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        for layer in (self.layer1, self.layer2):
            layer.register_forward_hook(_rectify)
        # A second name for the same three layers
        self.pipeline = nn.Sequential(self.layer1, self.layer2, self.layer3)

    def forward(self, x):
        return self.pipeline(x)
# %% epsilon
from abc import ABC, abstractmethod


class Schedule(ABC):
    @abstractmethod
    def at(self, step): ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Exponential(Schedule):
    start: float
    end: float
    decay: float

    def at(self, step):
        remaining = np.exp(-step / self.decay)
        return np.float64(self.end + (self.start - self.end) * remaining)


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return Exponential(start=start, end=end, decay=decay).at(step)
# %% act
from abc import ABC, abstractmethod


class Policy(ABC):
    @abstractmethod
    def actions(self, values): ...


class Greedy(Policy):
    def actions(self, values):
        return values.argmax(axis=1)


class Uniform(Policy):
    def actions(self, values):
        return np.random.randint(0, high=values.shape[1], size=values.shape[0])


class Mixture(Policy):
    """Each row asks `other` with the given probability, and `main` otherwise."""

    def __init__(self, main, other, probability):
        self.main, self.other, self.probability = main, other, probability

    def actions(self, values):
        heads = np.random.binomial(1, self.probability, size=len(values)).astype(bool)
        return np.choose(heads, [self.main.actions(values), self.other.actions(values)])


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    return Mixture(Greedy(), Uniform(), epsilon).actions(values)
# %% targets
class TargetRule:
    """The Bellman equation as a callable object."""

    def __init__(self, network, gamma):
        self._network, self._gamma = network, gamma

    def _state_value(self, observation):
        best, _ = torch.topk(self._network(observation), k=1, dim=1)
        return best.squeeze(1)

    @torch.no_grad()
    def __call__(self, reward, next_observation, terminated):
        return reward + (self._gamma * self._state_value(next_observation)).masked_fill(
            terminated, 0.0
        )


def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    return TargetRule(target_net, gamma)(reward, next_observation, terminated)
# %% loss
class MeanHuber(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(delta))

    def forward(self, prediction, target):
        distance = torch.abs(prediction - target)
        losses = torch.where(
            distance < self.delta,
            distance.pow(2).div(2),
            self.delta * (distance - self.delta / 2),
        )
        return losses.mean()


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = torch.take_along_dim(net(observation), action[:, None], dim=1)
    return MeanHuber()(chosen, targets[:, None])
# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    sources = dict(net.named_parameters())
    with torch.no_grad():
        for name, parameter in target_net.named_parameters():
            parameter.mul_(1.0 - tau).add_(sources[name], alpha=tau)
# %% update
class ClippingAdamW(torch.optim.AdamW):
    """AdamW that limits every number of the gradient before it steps."""

    LIMIT = 100.0

    def step(self, closure=None):
        for group in self.param_groups:
            nn.utils.clip_grad_value_(group["params"], self.LIMIT)
        return super().step(closure)


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        super().__init__()
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = self._twin(self.net)
        self.optimizer = ClippingAdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    @staticmethod
    def _twin(net):
        twin = type(net)()
        twin.load_state_dict(net.state_dict(), strict=True)
        return twin.eval().requires_grad_(False)

    @property
    def target_net(self):
        """The network that gives the targets."""
        return self._target_net

    @target_net.setter
    def target_net(self, network):
        self._target_net = network

    @property
    def exploration(self):
        s = self.settings
        return epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay)

    def act(self, observation, explore=True):
        if not explore:
            return select_action(self.net, observation, 0.0)
        probability = self.exploration
        self.steps_done += len(observation)
        return select_action(self.net, observation, probability)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward  # (n,)
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        """Do one update step with a batch from the memory."""
        self._descend(self._objective(self.memory.sample(self.settings.batch_size)))
        self._follow()

    def _objective(self, batch):
        y = td_targets(
            self.target_net,
            batch.reward,
            batch.next_observation,
            batch.terminated,
            self.settings.gamma,
        )
        return q_loss(self.net, batch.observation, batch.action, y)

    def _descend(self, objective):
        self.optimizer.zero_grad(set_to_none=True)
        objective.backward()
        self.optimizer.step()  # clips first

    def _follow(self):
        soft_update(self.target_net, self.net, self.settings.tau)
# %% agent
class AgentFactory:
    """Makes agents with given settings."""

    def __init__(self, **changes):
        self.settings = Settings(**changes)

    def __call__(self):
        return DQNAgent(self.settings)


make_agent = AgentFactory()
