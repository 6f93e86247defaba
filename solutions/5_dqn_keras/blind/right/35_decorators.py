# writer: a decorator lover: wraps, *args pass-through, context managers, a Sequential trunk
# %% model
import functools


def compiled(builder):
    """A decorator: compile what the builder returns."""

    @functools.wraps(builder)
    def wrapper(n_actions=2, hidden_size=128, alpha=4e-3):
        model = builder(n_actions, hidden_size)
        optimizer = keras.optimizers.Adam.from_config({"learning_rate": alpha, "clipvalue": 1.0})
        optimizer.build(model.trainable_variables)
        model.compile(loss="mse", optimizer=optimizer)
        return model

    return wrapper


@compiled
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    trunk = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(hidden_size, activation="relu"),
            layers.Dense(hidden_size, activation="relu"),
            layers.Dense(n_actions, kernel_initializer=keras.initializers.RandomUniform(-0.01, 0.01)),
        ],
        name="q_values",
    )
    return keras.Model(
        inputs=[observation, mask], outputs=layers.Multiply()([trunk(observation), mask])
    )

# %% epsilon
import functools


def clamped(line):
    """A decorator: the line stands still after `steps`."""

    @functools.wraps(line)
    def wrapper(step, *args, **kwargs):
        steps = kwargs["steps"] if "steps" in kwargs else args[-1]
        return line(min(step, steps), *args, **kwargs)

    return wrapper


@clamped
@functools.lru_cache(maxsize=None)
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return start + step / steps * (end - start)

# %% act
import functools


def exploring(greedy):
    """A decorator: some rows of a greedy choice become random."""

    @functools.wraps(greedy)
    def wrapper(net, observation, epsilon):
        actions = greedy(net, observation, epsilon)
        n_actions = net.output_shape[-1]
        for row in np.flatnonzero(np.random.rand(len(actions)) < epsilon):
            actions[row] = np.random.randint(n_actions)
        return actions

    return wrapper


@exploring
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return np.array(q.argmax(axis=1))

# %% targets
def td_targets(*args, **kwargs):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""

    def compute(net, reward, next_observation, terminated, gamma):
        ones = np.ones((len(reward), net.output_shape[-1]))
        q = np.array(net.predict_on_batch([next_observation, ones]))
        q[np.asarray(terminated, dtype=bool)] = 0
        return reward + gamma * q.max(axis=1)

    return compute(*args, **kwargs)

# %% learn
from contextlib import contextmanager


@contextmanager
def quiet_numpy():
    """Overflow and the like give no warnings."""
    with np.errstate(over="ignore", invalid="ignore"):
        yield


@quiet_numpy()
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = (np.asarray(action)[:, None] == range(n_actions)).astype(np.float32)
    wanted = np.diag(np.asarray(targets)) @ one_hot
    return net.train_on_batch([observation, one_hot], wanted)

# %% naive
import functools


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

    @property
    def epsilon_line(self):
        return self.epsilon_start, self.epsilon_end, self.epsilon_steps


def checked(method):
    """A decorator: the five arrays must have the right shapes."""

    @functools.wraps(method)
    def wrapper(self, observation, action, reward, next_observation, terminated):
        rows = self.settings.batch_size
        assert observation.shape == next_observation.shape == (rows, 4)
        assert action.shape == reward.shape == terminated.shape == (rows,)
        return method(self, observation, action, reward, next_observation, terminated)

    return wrapper


class AdvancedQAgent(AbstractAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    def act(self, observation, explore=True):
        probability = epsilon(self.step, *self.settings.epsilon_line)
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
        self._update(*[np.array([step[i] for step in self.memory]) for i in range(5)])

    @checked
    def _update(self, observation, action, reward, next_observation, terminated):
        y = td_targets(self.net, reward, next_observation, terminated, self.settings.gamma)
        learn(self.net, observation, action, y)

# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray

    def rows(self, index):
        """Some rows of all parts."""
        return Batch(*(part[index] for part in self))


class ReplayMemory:
    """The last `capacity` steps, the newest at the end: arrays of double length that slide."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.end = 0  # behind the newest step
        self.size = 0
        self.store = None

    def __len__(self):
        return self.size

    def _allocate(self, parts):
        dtypes = Batch(np.float64, np.int64, np.float64, np.float64, np.bool_)
        self.store = Batch(
            *(np.zeros((2 * self.capacity, *p.shape[1:]), t) for p, t in zip(parts, dtypes))
        )

    def push(self, transition):
        """Store the n rows of one transition; forget the oldest if there is no room."""
        parts = [np.asarray(getattr(transition, f))[-self.capacity :] for f in Batch._fields]
        if self.store is None:
            self._allocate(parts)
        n = len(parts[1])
        if self.end + n > 2 * self.capacity:  # move what must stay to the front
            keep = min(self.size, self.capacity - n)
            for array in self.store:
                array[:keep] = array[self.end - keep : self.end].copy()
            self.end = self.size = keep
        for array, part in zip(self.store, parts):
            array[self.end : self.end + n] = part
        self.end += n
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        return self.store.rows(self.end - 1 - np.random.randint(self.size, size=batch_size))

# %% copy
def copy_weights(target_net, net, share=1.0):
    """Make the target network's weights equal to the network's (share < 1 only moves them)."""
    if share == 1.0:
        return target_net.set_weights(net.get_weights())
    target_net.set_weights(
        [
            (1 - share) * old + share * new
            for old, new in zip(target_net.get_weights(), net.get_weights())
        ]
    )

# %% update
import functools


def every(attribute, interval, first=None):
    """A decorator: the method runs only when the counter is a multiple of the setting."""

    def decorator(method):
        @functools.wraps(method)
        def wrapper(self, *args, **kwargs):
            if getattr(self, attribute) % getattr(self.settings, interval) != 0:
                return None
            if first and self.step < getattr(self.settings, first):
                return None
            return method(self, *args, **kwargs)

        return wrapper

    return decorator


class DQNAgent(AdvancedQAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        super().__init__(settings or Settings())
        s = self.settings
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.target_net = build_model(alpha=s.alpha)
        copy_weights(self.target_net, self.net)
        self.memory = ReplayMemory(s.memory_size)
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)  # epsilon falls from the first batch on
        return select_action(
            self.net, observation, epsilon(step, *s.epsilon_line) if explore else 0.0
        )

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        self._replay_in_turn()

    @every("turns", "replay_interval", first="start_replay_step")
    def _replay_in_turn(self):
        self.replay()

    @every("batches", "target_interval")
    def _follow(self):
        copy_weights(self.target_net, self.net)

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        self._update(*self.memory.sample(self.settings.batch_size))
        self.batches += 1
        self._follow()

    @checked
    def _update(self, observation, action, reward, next_observation, terminated):
        y = td_targets(self.target_net, reward, next_observation, terminated, self.settings.gamma)
        learn(self.net, observation, action, y)

# %% agent
def make_agent(settings=None, /):
    """Return a new, untrained agent."""
    return DQNAgent(settings or Settings())

# %% experiment
import functools


@functools.lru_cache(maxsize=1)
def experiment():
    """Return the dictionary with your two answers."""
    rows = np.array([[145, 147, 144, 83, 194], [91, 200, 197, 133, 168], [13, 22, 15, 26, 9]])
    wins = (rows[:, None, :, None] > rows[None, :, None, :]).sum(axis=(2, 3))
    middle = np.partition(rows, (0, 4), axis=1)[:, 1:-1].mean(axis=1)
    return {"middles": middle.tolist(), "misled": wins[[0, 0, 2], [1, 2, 1]].tolist()}
