# writer: a Java architect: class hierarchies, properties, factories, private members
# %% model
class QNetworkFactory:
    """Builds Q-networks."""

    def __init__(self, n_actions, hidden_size, alpha):
        self._n_actions = n_actions
        self._hidden_size = hidden_size
        self._alpha = alpha

    def _trunk(self, tensor):
        for number in (1, 2):
            tensor = layers.Dense(
                units=self._hidden_size, activation=keras.activations.relu, name=f"hidden_{number}"
            )(tensor)
        return layers.Dense(
            units=self._n_actions,
            activation=None,
            kernel_initializer=keras.initializers.VarianceScaling(scale=0.1),
            name="q_values",
        )(tensor)

    def _optimizer(self):
        return keras.optimizers.Nadam(learning_rate=self._alpha, clipvalue=1.0)

    def create(self):
        observation = keras.Input(shape=(4,), name="observation", dtype="float32")
        mask = keras.Input(shape=(self._n_actions,), name="action_mask", dtype="float32")
        output = layers.Multiply(name="mask_applied")([self._trunk(observation), mask])
        model = keras.Model(inputs=[observation, mask], outputs=output, name="q_network")
        optimizer = self._optimizer()
        optimizer.build(model.trainable_variables)
        model.compile(optimizer=optimizer, loss="mean_squared_error")
        return model


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    return QNetworkFactory(n_actions, hidden_size, alpha).create()
# %% epsilon
class LinearSchedule:
    def __init__(self, start, end, steps):
        self.start, self.end, self.steps = start, end, steps

    @property
    def slope(self):
        return (self.end - self.start) / self.steps

    def __call__(self, step):
        return self.end if step >= self.steps else self.start + self.slope * step


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return LinearSchedule(start=start, end=end, steps=steps)(step)
# %% act
from abc import ABC, abstractmethod


class Policy(ABC):
    def __init__(self, net):
        self.net = net

    @property
    def n_actions(self):
        return self.net.output_shape[-1]

    @abstractmethod
    def choose(self, observation): ...


class GreedyPolicy(Policy):
    def choose(self, observation):
        all_actions = np.ones((len(observation), self.n_actions))
        return np.argmax(
            self.net.predict_on_batch({"observation": observation, "action_mask": all_actions}), axis=1
        )


class RandomPolicy(Policy):
    def choose(self, observation):
        return np.random.randint(low=0, high=self.n_actions, size=observation.shape[0])


class MixedPolicy(Policy):
    def __init__(self, first, second, probability):
        super().__init__(first.net)
        self.first, self.second, self.probability = first, second, probability

    def choose(self, observation):
        coin = np.random.binomial(1, self.probability, size=len(observation)).astype(bool)
        return np.where(coin, self.first.choose(observation), self.second.choose(observation))


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    return MixedPolicy(RandomPolicy(net), GreedyPolicy(net), epsilon).choose(observation)
# %% targets
class BellmanBackup:
    def __init__(self, net, gamma):
        self.__net = net
        self.__gamma = gamma

    def value(self, observation):
        ones = np.ones((len(observation), self.__net.output_shape[-1]))
        return np.max(self.__net.predict_on_batch({"observation": observation, "action_mask": ones}), axis=1)

    def apply(self, reward, next_observation, terminated):
        value = np.array(self.value(next_observation))
        value[terminated] = 0.0
        return reward + self.__gamma * value


def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    return BellmanBackup(net, gamma).apply(reward, next_observation, terminated)
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = keras.utils.to_categorical(x=action, num_classes=n_actions)
    answer = net.train_on_batch(
        x={"observation": observation, "action_mask": mask},
        y=mask * targets.reshape(-1, 1),
        return_dict=True,
    )
    return answer["loss"]
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
    observation: np.ndarray
    action: int
    reward: float
    next_observation: np.ndarray
    terminated: bool


class BaseQAgent(AbstractAgent):
    """What all Q-learning agents share."""

    def _exploration_step(self):
        return self.step

    def act(self, observation, explore=True):
        s = self.settings
        probability = 0.0
        if explore:
            probability = epsilon(self._exploration_step(), s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability)

    def _update(self, observation, action, reward, next_observation, terminated, evaluator):
        s = self.settings
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        return learn(
            net=self.net,
            observation=observation,
            action=action,
            targets=td_targets(
                net=evaluator,
                reward=reward,
                next_observation=next_observation,
                terminated=terminated,
                gamma=s.gamma,
            ),
        )


class AdvancedQAgent(BaseQAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        super().__init__()
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)
        self.step = 0

    def train(self, transition):
        self.step += len(transition.action)
        for row in zip(
            transition.observation,
            transition.action,
            transition.reward,
            transition.next_observation,
            transition.terminated,
        ):
            self.memory.append(Step(*row))
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def replay(self):
        """Do one update step with the last steps."""
        self._update(*(np.array(column) for column in zip(*self.memory)), evaluator=self.net)
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class RingColumn:
    def __init__(self, capacity, shape, dtype):
        self._data = np.empty((capacity, *shape), dtype)

    def write(self, rows, values):
        self._data[rows] = values

    def read(self, rows):
        return self._data[rows]


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self._capacity = capacity
        self._columns = {
            "observation": RingColumn(capacity, (4,), np.float32),
            "action": RingColumn(capacity, (), np.int64),
            "reward": RingColumn(capacity, (), np.float32),
            "next_observation": RingColumn(capacity, (4,), np.float32),
            "terminated": RingColumn(capacity, (), bool),
        }
        self._position = 0
        self._size = 0

    @property
    def capacity(self):
        return self._capacity

    @property
    def position(self):
        return self._position

    @property
    def size(self):
        return self._size

    def __len__(self):
        return self._size

    def push(self, transition):
        n = len(transition.action)
        rows = (self._position + np.arange(n)) % self._capacity
        for name, column in self._columns.items():
            column.write(rows, getattr(transition, name))
        self._position = (self._position + n) % self._capacity
        self._size = min(self._size + n, self._capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        rows = np.random.choice(self._size, size=batch_size, replace=True)
        return Batch(**{name: column.read(rows) for name, column in self._columns.items()})
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_layer, layer in zip(target_net.layers, net.layers, strict=True):
        target_layer.set_weights(layer.get_weights())
# %% update
class DQNAgent(BaseQAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        super().__init__()
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self._target_net = build_model(alpha=s.alpha)
        self._synchronise()
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0
        self.turns = 0
        self.batches = 0

    @property
    def target_net(self):
        return self._target_net

    def _exploration_step(self):
        return max(self.step - self.settings.start_replay_step, 0)

    def _synchronise(self):
        copy_weights(target_net=self._target_net, net=self.net)

    def _is_learning_turn(self):
        s = self.settings
        return self.step >= s.start_replay_step and self.turns % s.replay_interval == 0

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        if self._is_learning_turn():
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        batch = self.memory.sample(batch_size=self.settings.batch_size)
        self._update(**batch._asdict(), evaluator=self.target_net)
        self.batches += 1
        if self.batches % self.settings.target_interval == 0:
            self._synchronise()
# %% agent
class AgentFactory:
    settings_class = Settings
    agent_class = DQNAgent

    def __call__(self):
        return self.agent_class(settings=self.settings_class())


def make_agent():
    """Return a new, untrained agent."""
    return AgentFactory()()
