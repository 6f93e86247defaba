# writer: a software engineer: small dataclasses, a base class that is inherited from, helper objects, enums of names, private methods
# %% model
@dataclass(frozen=True)
class NetworkFactory:
    """Knows how the layers are put together."""

    n_actions: int
    hidden_size: int
    n_hidden: int = 2

    def hidden_layer(self):
        return layers.Dense(self.hidden_size, activation="relu", kernel_initializer="he_uniform")

    def head(self):
        return layers.Dense(self.n_actions, kernel_initializer="zeros", name="q")

    def connect(self, observation, mask):
        tensor = observation
        for _ in range(self.n_hidden):
            tensor = self.hidden_layer()(tensor)
        return layers.Multiply()([self.head()(tensor), mask])


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    output = NetworkFactory(n_actions, hidden_size).connect(observation, mask)
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
@dataclass(frozen=True)
class LinearSchedule:
    """A straight line from start to end, then constant."""

    start: float
    end: float
    steps: int

    def __call__(self, step: int) -> float:
        if step >= self.steps:
            return self.end
        return self.start + (self.end - self.start) * step / self.steps


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return LinearSchedule(start, end, steps)(step)

# %% act
class QValues:
    """Hides the action mask: a view of a network as a function of the observation alone."""

    def __init__(self, net):
        self._net = net

    @property
    def n_actions(self):
        return self._net.output_shape[-1]

    def __call__(self, observation):
        everything = np.ones((len(observation), self.n_actions), dtype=np.float32)
        return self._net.predict_on_batch({"observation": observation, "action_mask": everything})


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    rng = np.random.default_rng()
    actions = QValues(net)(observation).argmax(axis=1)
    exploring = np.flatnonzero(rng.random(n) < epsilon)
    actions[exploring] = rng.integers(n_actions, size=exploring.size)
    return actions

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    future = QValues(net)(next_observation).max(axis=1)
    return np.where(terminated, reward, reward + gamma * future)

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    rows = np.arange(len(action))
    mask = np.zeros((len(action), n_actions), dtype=np.float32)
    mask[rows, action] = 1.0
    expected = np.zeros_like(mask)
    expected[rows, action] = targets
    return net.train_on_batch({"observation": observation, "action_mask": mask}, expected)

# %% naive
@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    gamma: float = 0.97  # discount
    reward_scale: float = 0.02  # DQNAgent scales the rewards by this factor
    epsilon_start: float = 1.0
    epsilon_end: float = 0.03
    epsilon_steps: int = 2_000  # steps until epsilon has fallen from start to end
    alpha: float = 4e-3  # learning rate
    batch_size: int = 256
    memory_size: int = 12_000
    start_replay_step: int = 500  # steps played before the first update step
    replay_interval: int = 4  # turns (one step of all cart poles) between two batches
    target_interval: int = 4  # batches between two copies to the target network


class Step(NamedTuple):
    """One step of one cart pole."""

    observation: np.ndarray
    action: int
    reward: float
    next_observation: np.ndarray
    terminated: bool


class AdvancedQAgent(AbstractAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        self.step += len(transition.action)
        self.memory.extend(
            Step(
                transition.observation[row],
                transition.action[row],
                transition.reward[row],
                transition.next_observation[row],
                transition.terminated[row],
            )
            for row in range(len(transition.action))
        )
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def replay(self):
        """Do one update step with the last steps."""
        s = self.settings
        columns = Step(*(np.array(column) for column in zip(*self.memory)))
        observation, action, reward, next_observation, terminated = columns
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.net, reward, next_observation, terminated, gamma=s.gamma)
        learn(self.net, observation, action, targets)

# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray

    @classmethod
    def empty(cls, capacity):
        return cls(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )

    def take(self, rows):
        return type(self)(*(array[rows] for array in self))


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch.empty(capacity)
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    @property
    def is_full(self):
        return self.size == self.capacity

    def _reserve(self, n):
        """The numbers of the next n rows; the ring turns by n."""
        rows = np.arange(self.position, self.position + n) % self.capacity
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)
        return rows

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = self._reserve(n)
        for name, array in self.store._asdict().items():
            array[rows] = getattr(transition, name)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        return self.store.take(np.random.randint(len(self), size=batch_size))

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for theirs, ours in zip(target_net.layers, net.layers):
        theirs.set_weights(ours.get_weights())

# %% update
class Every:
    """True at every interval-th call."""

    def __init__(self, interval):
        self.interval = interval
        self.count = 0

    def __call__(self):
        self.count += 1
        return self.count % self.interval == 0


class DQNAgent(AdvancedQAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
        self._synchronise()
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned
        self._time_to_copy = Every(s.target_interval)

    def act(self, observation, explore=True):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)  # epsilon falls from the first batch on
        probability = epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        if self._warmed_up and self._is_replay_turn:
            self.replay()

    @property
    def _warmed_up(self):
        return self.step >= self.settings.start_replay_step

    @property
    def _is_replay_turn(self):
        return self.turns % self.settings.replay_interval == 0

    def _synchronise(self):
        copy_weights(self.target_net, self.net)

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.target_net, reward, next_observation, terminated, gamma=s.gamma)
        learn(self.net, observation, action, targets)
        self.batches += 1
        if self._time_to_copy():
            self._synchronise()

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    settings = Settings()
    return DQNAgent(settings)
