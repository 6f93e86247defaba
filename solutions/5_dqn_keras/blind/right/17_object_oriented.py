# writer: a Java programmer: inheritance, properties, own classes for everything
# %% model
class QNetworkBuilder:
    """Builds the masked Q-network step by step."""

    def __init__(self, n_actions, hidden_size, alpha):
        self.n_actions, self.hidden_size, self.alpha = n_actions, hidden_size, alpha
        self.inputs = [
            keras.Input((4,), name="observation"),
            keras.Input((n_actions,), name="action_mask"),
        ]
        self.tensor = self.inputs[0]

    def hidden(self):
        self.tensor = layers.Dense(self.hidden_size, activation="relu")(self.tensor)
        return self

    def head(self):
        self.tensor = layers.Dense(self.n_actions)(self.tensor)
        return self

    def masked(self):
        self.tensor = layers.Multiply()([self.tensor, self.inputs[1]])
        return self

    def compiled(self):
        model = keras.Model(inputs=self.inputs, outputs=self.tensor)
        optimizer = keras.optimizers.Adam(learning_rate=self.alpha, clipvalue=1.0)
        optimizer.build(model.trainable_variables)
        model.compile(loss="mse", optimizer=optimizer)
        return model


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    return QNetworkBuilder(n_actions, hidden_size, alpha).hidden().hidden().head().masked().compiled()
# %% epsilon
@dataclass(frozen=True)
class LinearSchedule:
    start: float
    end: float
    steps: int

    def __call__(self, step):
        progress = min(step / self.steps, 1)
        return self.start + progress * (self.end - self.start)


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return LinearSchedule(start, end, steps)(step)
# %% act
class EpsilonGreedy:
    """A policy on top of a table of Q-values."""

    def __init__(self, values):
        self.values = values

    @property
    def greedy(self):
        return self.values.argmax(axis=1)

    @property
    def uniform(self):
        n, n_actions = self.values.shape
        return np.random.randint(n_actions, size=n)

    def choose(self, epsilon):
        coins = np.random.rand(len(self.values))
        return np.where(coins < epsilon, self.uniform, self.greedy)


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    inputs = {"action_mask": np.ones((n, n_actions)), "observation": observation}
    return EpsilonGreedy(net.predict_on_batch(inputs)).choose(epsilon)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch({"observation": next_observation, "action_mask": ones})
    bootstrap = np.ma.masked_array(values.max(axis=1), mask=terminated).filled(0)
    return reward + gamma * bootstrap
# %% learn
class MaskedBatch:
    """The inputs and the wanted output of one update step."""

    def __init__(self, observation, action, targets, n_actions):
        self.mask = keras.utils.to_categorical(action, n_actions)
        self.inputs = {"observation": observation, "action_mask": self.mask}
        self.wanted = self.mask * targets[:, None]


def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    batch = MaskedBatch(observation, action, targets, net.output_shape[-1])
    return net.train_on_batch(batch.inputs, batch.wanted)
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


class EpsilonGreedyAgent(AbstractAgent):
    """What the agents of this notebook have in common."""

    def __init__(self, settings):
        self.settings = settings
        self.net = build_model(alpha=settings.alpha)
        self.step = 0  # steps played

    @property
    def exploration_step(self):
        return self.step

    def act(self, observation, explore=True):
        s = self.settings
        step = self.exploration_step
        probability = epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def learn_batch(self, target_net, batch):
        s = self.settings
        observation, action, reward, next_observation, terminated = batch
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(target_net, reward, next_observation, terminated, s.gamma)
        return learn(self.net, observation, action, targets)


class AdvancedQAgent(EpsilonGreedyAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        super().__init__(settings or Settings(batch_size=32, alpha=1e-3))
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps

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
        self.learn_batch(self.net, [np.array(part) for part in zip(*self.memory)])
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class Ring:
    """One array that is used as a ring."""

    def __init__(self, capacity, *shape, dtype=np.float32):
        self.array = np.zeros((capacity, *shape), dtype)

    def __setitem__(self, rows, values):
        self.array[rows] = values

    def __getitem__(self, rows):
        return self.array[rows]


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.rings = {
            "observation": Ring(capacity, 4),
            "action": Ring(capacity, dtype=np.int64),
            "reward": Ring(capacity),
            "next_observation": Ring(capacity, 4),
            "terminated": Ring(capacity, dtype=bool),
        }
        self.count = 0

    @property
    def size(self):
        return min(self.count, self.capacity)

    @property
    def position(self):
        return self.count % self.capacity

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.capacity
        for name, ring in self.rings.items():
            ring[rows] = getattr(transition, name)
        self.count += n

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        rows = np.random.randint(self.size, size=batch_size)
        return Batch(**{name: ring[rows] for name, ring in self.rings.items()})
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights(net.get_weights())
# %% update
class DQNAgent(EpsilonGreedyAgent):
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

    @property
    def exploration_step(self):
        return max(self.step - self.settings.start_replay_step, 0)

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        self.learn_batch(self.target_net, self.memory.sample(s.batch_size))
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
