# writer: a C programmer: preallocated buffers, out= arguments, in-place arithmetic, memcpy in two pieces, countdowns
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    h = layers.Dense(hidden_size)(observation)
    h = layers.ReLU(negative_slope=0.0)(h)
    h = layers.Dense(hidden_size)(h)
    h = layers.ReLU()(h)
    out = layers.Dense(n_actions)(h)
    output = layers.Multiply()([out, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    if step > steps:
        step = steps
    return (start * (steps - step) + end * step) / steps
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([np.ascontiguousarray(observation, np.float32), np.ones((n, n_actions), np.float32)])
    action = np.empty(n, np.intp)
    np.argmax(q, axis=1, out=action)
    np.copyto(action, np.random.randint(0, n_actions, n), where=np.random.random(n) < epsilon)
    return action
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    y = np.empty(len(reward), np.float32)
    np.max(net.predict_on_batch([next_observation, ones]), axis=1, out=y)
    y *= gamma
    y[terminated] = 0
    y += reward
    return y
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    batch = len(action)
    offset = np.arange(batch) * n_actions + action
    mask = np.zeros(batch * n_actions, np.float32)
    wanted = np.zeros(batch * n_actions, np.float32)
    mask[offset] = 1
    wanted[offset] = targets
    shape = (batch, n_actions)
    return net.train_on_batch([observation, mask.reshape(shape)], wanted.reshape(shape))
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
        size = s.batch_size
        observation = np.empty((size, 4), np.float32)
        action = np.empty(size, np.int32)
        reward = np.empty(size, np.float32)
        next_observation = np.empty((size, 4), np.float32)
        terminated = np.empty(size, np.bool_)
        for i in range(size):
            observation[i, :], action[i], reward[i], next_observation[i, :], terminated[i] = self.memory[i]
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
    """A ring buffer of the last `capacity` steps: one flat block of 11 doubles for each step."""

    __slots__ = ("capacity", "block", "position", "size")

    def __init__(self, capacity):
        self.capacity = capacity
        self.block = np.empty((capacity, 11))
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        new = np.column_stack(
            (
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            )
        )
        while len(new):
            piece = min(len(new), self.capacity - self.position)
            self.block[self.position : self.position + piece] = new[:piece]
            new = new[piece:]
            self.size = max(self.size, self.position + piece)
            self.position += piece
            if self.position == self.capacity:
                self.position = 0

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        picked = self.block[(np.random.rand(batch_size) * self.size).astype(np.intp)]
        return Batch(
            picked[:, 0:4].astype(np.float32),
            picked[:, 4].astype(np.int64),
            picked[:, 5].astype(np.float32),
            picked[:, 6:10].astype(np.float32),
            picked[:, 10] != 0,
        )
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    i = 0
    source = net.get_weights()
    while i < len(source):
        target_net.weights[i].assign(source[i])
        i += 1
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=0.0)
        copy_weights(self.target_net, self.net)
        self.turns_left = s.replay_interval
        self.batches_left = s.target_interval
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
        self.turns_left -= 1
        if self.turns_left == 0:
            self.turns_left = s.replay_interval
            if self.step >= s.start_replay_step:
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
        self.batches_left -= 1
        if self.batches_left == 0:
            self.batches_left = s.target_interval
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(memory_size=15_000, batch_size=320))
