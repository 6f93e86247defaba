# writer: someone who does the arithmetic with keras.ops and converts at the end
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    dense = {"activation": "relu", "kernel_initializer": "he_uniform"}
    h1 = layers.Dense(hidden_size, **dense)(observation)
    h2 = layers.Dense(hidden_size, **dense)(h1)
    q = layers.Dense(n_actions, kernel_initializer=keras.initializers.RandomNormal(stddev=1e-3))(h2)
    output = layers.Multiply()([q, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = keras.ops.clip(keras.ops.convert_to_tensor(step / steps, "float32"), 0.0, 1.0)
    return float(keras.ops.convert_to_numpy(share)) * (end - start) + start
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, keras.ops.convert_to_numpy(keras.ops.ones((n, n_actions)))])
    greedy = keras.ops.convert_to_numpy(keras.ops.argmax(q, axis=1))
    coins = keras.ops.convert_to_numpy(keras.random.uniform((n,)))
    dice = keras.ops.convert_to_numpy(keras.random.randint((n,), 0, n_actions))
    return np.where(coins < epsilon, dice, greedy)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    q = net.predict_on_batch([next_observation, ones])
    best = keras.ops.max(q, axis=1)
    y = keras.ops.where(terminated, reward, keras.ops.add(reward, keras.ops.multiply(gamma, best)))
    return keras.ops.convert_to_numpy(y)
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = keras.ops.one_hot(action, n_actions)
    y = mask * keras.ops.cast(keras.ops.expand_dims(targets, -1), mask.dtype)
    return net.train_on_batch([observation, keras.ops.convert_to_numpy(mask)], keras.ops.convert_to_numpy(y))
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
        observation, action, reward, next_observation, terminated = (
            np.concatenate([np.asarray(part)[None] for part in parts]) for parts in zip(*self.memory)
        )
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, y)
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
        rows = np.mod(np.arange(n) + self.position, self.capacity)
        for field in Batch._fields:
            np.put_along_axis(
                getattr(self.store, field),
                rows if getattr(self.store, field).ndim == 1 else np.repeat(rows[:, None], 4, axis=1),
                getattr(transition, field),
                axis=0,
            )
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        rows = keras.ops.convert_to_numpy(keras.random.randint((batch_size,), 0, self.size))
        return Batch(*(array[rows] for array in self.store))
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for goal, source in zip(target_net.weights, net.weights, strict=True):
        goal.assign(keras.ops.copy(source))
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = keras.models.clone_model(self.net)
        copy_weights(self.target_net, self.net)
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
        if self.turns % s.replay_interval == 0 and self.step >= s.start_replay_step:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, y)
        self.batches += 1
        if keras.ops.mod(self.batches, s.target_interval) == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
