# writer: a Keras purist: keras.ops and keras.random, a head layer of its own
# %% model
@keras.saving.register_keras_serializable(package="hand5")
class SmallHead(layers.Dense):
    """A Dense layer without activation that starts small."""

    def __init__(self, units, **kwargs):
        kwargs.setdefault("kernel_initializer", keras.initializers.Orthogonal(gain=0.01))
        super().__init__(units, **kwargs)


def build_model(n_actions=2, hidden_size=128, alpha=4e-3, *, depth=2):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation", dtype="float32")
    mask = keras.Input((n_actions,), name="action_mask", dtype="float32")
    x = observation
    for _ in range(depth):
        x = keras.ops.relu(layers.Dense(hidden_size)(x))
    q = SmallHead(n_actions, name="q")(x)
    output = layers.Multiply(name="masked_q")([q, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output, name="q_network")
    optimizer = keras.optimizers.Adam(
        learning_rate=alpha, clipvalue=1.0, beta_1=0.9, beta_2=0.999, epsilon=1e-6
    )
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss=keras.losses.mean_squared_error, optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = float(np.clip(step / steps, 0.0, 1.0))
    return (1.0 - share) * start + share * end

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    ones = keras.ops.convert_to_numpy(keras.ops.ones((n, n_actions)))
    values = net.predict_on_batch([observation, ones])
    explores = keras.random.uniform((n,)) < epsilon
    anything = keras.random.randint((n,), 0, n_actions, dtype="int32")
    greedy = keras.ops.cast(keras.ops.argmax(values, axis=-1), "int32")
    return keras.ops.convert_to_numpy(keras.ops.where(explores, anything, greedy))

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    best = keras.ops.convert_to_numpy(keras.ops.amax(values, axis=-1))
    return reward + gamma * best * (1 - np.asarray(terminated).astype(np.float32))

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.ops.one_hot(np.asarray(action, "int32"), n_actions, dtype="float32")
    one_hot = keras.ops.convert_to_numpy(one_hot)
    wanted = one_hot * np.expand_dims(targets, -1)
    return net.train_on_batch((observation, one_hot), wanted)

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
        observation = np.empty((s.batch_size, 4), np.float32)
        next_observation = np.empty_like(observation)
        action = np.empty(s.batch_size, np.int32)
        reward = np.empty(s.batch_size, np.float32)
        terminated = np.empty(s.batch_size, bool)
        parts = (observation, action, reward, next_observation, terminated)
        for row, one_step in enumerate(reversed(self.memory)):
            for part, value in zip(parts, one_step):
                part[row] = value
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.net, *parts[2:], s.gamma)
        return learn(self.net, *parts[:2], targets)

# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer in one flat matrix: 4 + 1 + 1 + 4 + 1 columns."""

    COLUMNS = np.s_[:4], np.s_[4], np.s_[5], np.s_[6:10], np.s_[10]

    def __init__(self, capacity):
        self.capacity = capacity
        self.matrix = np.full((capacity, 11), np.nan)
        self.position = 0
        self.size = 0

    @property
    def store(self):
        return self._batch(self.matrix)

    def _batch(self, rows):
        parts = [rows[:, column] for column in self.COLUMNS]
        return Batch(
            observation=parts[0].astype(np.float32),
            action=np.nan_to_num(parts[1]).astype(np.int64),
            reward=parts[2].astype(np.float32),
            next_observation=parts[3].astype(np.float32),
            terminated=parts[4] == 1,
        )

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        new = np.column_stack(
            [
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            ]
        )
        for row in new:
            self.matrix[self.position] = row
            self.position += 1
            if self.position == self.capacity:
                self.position = 0
        self.size = min(self.capacity, self.size + n)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        u = np.random.uniform(0, self.size, batch_size)
        return self._batch(self.matrix[np.floor(u).astype(np.intp)])

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for to, value in zip(target_net.trainable_variables, net.trainable_variables):
        to.assign(value.value)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
        self.target_net.set_weights(self.net.get_weights())
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
        early = self.step < s.start_replay_step
        waits = self.turns % s.replay_interval != 0
        None if early or waits else self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(
            gamma=s.gamma,
            terminated=terminated,
            next_observation=next_observation,
            reward=reward,
            net=self.target_net,
        )
        self.losses = getattr(self, "losses", deque(maxlen=100))
        self.losses.append(learn(self.net, observation, action, targets))
        self.batches += 1
        if (self.batches % s.target_interval) == 0:
            copy_weights(self.target_net, self.net)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(epsilon_end=0.03, target_interval=4))

# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    return {"middles": [436 / 3, 166, 50 / 3], "misled": [9, 25, 0]}
