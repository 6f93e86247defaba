# writer: someone with type hints, dataclasses and keyword-only helpers
# %% model
def build_model(n_actions: int = 2, hidden_size: int = 128, alpha: float = 4e-3) -> keras.Model:
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation: keras.KerasTensor = keras.Input((4,), name="observation")
    mask: keras.KerasTensor = keras.Input((n_actions,), name="action_mask")
    hidden: keras.KerasTensor = observation
    for number in (1, 2):
        hidden = layers.Dense(hidden_size, activation="relu", name=f"hidden_{number}")(hidden)
    values: keras.KerasTensor = layers.Dense(n_actions, activation=None, name="values")(hidden)
    output: keras.KerasTensor = layers.Multiply(name="masked_values")([values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output, name="q_network")
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step: int, start: float, end: float, steps: int) -> float:
    """The probability of a random action after `step` steps."""
    done: float = min(1.0, step / steps)
    return (1.0 - done) * start + done * end
# %% act
def _q_values(net: keras.Model, observation: np.ndarray) -> np.ndarray:
    mask = np.ones((observation.shape[0], net.output_shape[-1]), dtype=np.float32)
    return net.predict_on_batch({"observation": observation, "action_mask": mask})


def select_action(net: keras.Model, observation: np.ndarray, epsilon: float) -> np.ndarray:
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values: np.ndarray = _q_values(net, observation)
    n, n_actions = values.shape
    explore: np.ndarray = np.random.random_sample(n) < epsilon
    random_action: np.ndarray = np.random.randint(low=0, high=n_actions, size=n, dtype=np.int64)
    return np.where(explore, random_action, values.argmax(axis=1)).astype(np.int64)
# %% targets
def td_targets(
    net: keras.Model,
    reward: np.ndarray,
    next_observation: np.ndarray,
    terminated: np.ndarray,
    gamma: float,
) -> np.ndarray:
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    goes_on: np.ndarray = np.logical_not(terminated)
    return reward + gamma * goes_on * _q_values(net, next_observation).max(axis=1)
# %% learn
def learn(
    net: keras.Model, observation: np.ndarray, action: np.ndarray, targets: np.ndarray
) -> float:
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions: int = net.output_shape[-1]
    mask: np.ndarray = keras.utils.to_categorical(action, num_classes=n_actions)
    y: np.ndarray = mask * np.expand_dims(targets, axis=1)
    loss = net.train_on_batch({"observation": observation, "action_mask": mask}, y)
    return float(loss)
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
            (
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
        parts: list[np.ndarray] = [np.asarray(part) for part in zip(*self.memory)]
        observation, action, reward, next_observation, terminated = parts
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets: np.ndarray = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        self.last_loss: float = learn(self.net, observation, action, targets)
# %% memory
from dataclasses import field


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


@dataclass
class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    capacity: int
    position: int = field(default=0, init=False)
    size: int = field(default=0, init=False)
    store: Batch = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.store = Batch(
            observation=np.empty((self.capacity, 4), np.float32),
            action=np.empty(self.capacity, np.int64),
            reward=np.empty(self.capacity, np.float32),
            next_observation=np.empty((self.capacity, 4), np.float32),
            terminated=np.empty(self.capacity, np.bool_),
        )

    def __len__(self) -> int:
        return self.size

    def _next_rows(self, n: int) -> np.ndarray:
        return (self.position + np.arange(n, dtype=np.intp)) % self.capacity

    def push(self, transition) -> None:
        n: int = len(transition.action)
        rows = self._next_rows(n)
        for name, array in self.store._asdict().items():
            array[rows] = getattr(transition, name)
        self.position = int((self.position + n) % self.capacity)
        self.size = min(self.capacity, self.size + n)

    def sample(self, batch_size: int) -> Batch:
        rows: np.ndarray = np.random.randint(0, self.size, size=batch_size)
        return Batch(**{name: array[rows] for name, array in self.store._asdict().items()})
# %% copy
def copy_weights(target_net: keras.Model, net: keras.Model) -> None:
    """Make the target network's weights equal to the network's."""
    weights: list[np.ndarray] = net.get_weights()
    target_net.set_weights(weights)
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net: keras.Model = build_model(alpha=s.alpha)
        copy_weights(target_net=self.target_net, net=self.net)
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

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
        warm: bool = self.step >= s.start_replay_step
        due: bool = self.turns % s.replay_interval == 0
        if warm and due:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        batch: Batch = self.memory.sample(batch_size=s.batch_size)
        observation, action, reward, next_observation, terminated = batch
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets: np.ndarray = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        self.last_loss: float = learn(self.net, observation, action, targets)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(target_net=self.target_net, net=self.net)
# %% agent
def make_agent() -> DQNAgent:
    """Return a new, untrained agent."""
    return DQNAgent(settings=Settings(gamma=0.97, alpha=4e-3))
