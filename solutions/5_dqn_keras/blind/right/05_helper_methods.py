# writer: someone who splits everything into helpers, extra methods and extra attributes
# %% model
def hidden_stack(x, sizes):
    """All hidden layers, one after another."""
    for size in sizes:
        x = layers.Dense(size)(x)
        x = layers.Activation("relu")(x)
    return x


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    features = hidden_stack(observation, [hidden_size, hidden_size])
    output = layers.Multiply()([layers.Dense(n_actions)(features), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(loss="mse", optimizer=optimizer)
    return model


def all_values(net, observation):
    """Q-values of all actions."""
    return net.predict_on_batch([observation, np.ones((len(observation), net.output_shape[-1]))])


def one_hot_rows(numbers, width):
    return (np.arange(width) == np.asarray(numbers)[:, None]).astype(np.float32)
# %% epsilon
def clip01(x):
    return 0.0 if x < 0 else 1.0 if x > 1 else x


def mix(a, b, share):
    return a * (1 - share) + b * share


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return mix(start, end, clip01(step / steps))
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    greedy = all_values(net, observation).argmax(axis=1)
    explore = np.random.binomial(1, epsilon, size=n).astype(bool)
    return np.where(explore, np.random.choice(n_actions, size=n), greedy)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    del ones  # all_values makes its own
    future = all_values(net, next_observation).max(axis=1)
    future = np.where(terminated, 0.0, future)
    return reward + gamma * future
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = one_hot_rows(action, n_actions)
    return net.train_on_batch([observation, mask], mask * np.reshape(targets, (-1, 1)))
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
        observation, action, reward, next_observation, terminated = self.as_arrays()
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        self.losses = getattr(self, "losses", [])
        self.losses.append(self.learn_from(observation, action, reward, next_observation, terminated))

    def __repr__(self):
        return f"AdvancedQAgent(step={self.step})"

    def as_arrays(self):
        """The five parts of the memory as arrays."""
        return [np.array([step[part] for step in self.memory]) for part in range(5)]

    def learn_from(self, observation, action, reward, next_observation, terminated):
        targets = td_targets(self.net, reward, next_observation, terminated, self.settings.gamma)
        return learn(self.net, observation, action, targets)
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = self.next_rows(n)
        self.write(rows, transition)
        self.advance(n)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        return self.rows(self.random_rows(batch_size))

    def next_rows(self, n):
        return [(self.position + i) % self.capacity for i in range(n)]

    def write(self, rows, transition):
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)

    def advance(self, n):
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def random_rows(self, how_many):
        return np.random.choice(self.size, size=how_many)

    def rows(self, numbers):
        return Batch(*(array[numbers] for array in self.store))
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for theirs, ours in zip(target_net.layers, net.layers):
        theirs.set_weights(ours.get_weights())
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
        self.sync()
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
        if self.is_time_to_learn():
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        self.loss = learn(self.net, observation, action, targets)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            self.sync()

    def sync(self):
        """The target network follows."""
        copy_weights(self.target_net, self.net)

    def is_time_to_learn(self):
        s = self.settings
        return self.step >= s.start_replay_step and self.turns % s.replay_interval == 0
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
