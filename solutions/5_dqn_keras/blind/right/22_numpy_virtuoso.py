# writer: a NumPy virtuoso: einsum, take_along_axis, structured arrays, own Generator, other dtypes
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    small = keras.initializers.RandomUniform(-1e-3, 1e-3, seed=None)
    stack = observation
    for width, activation, kernel in ((hidden_size, "relu", "he_normal"), (hidden_size, "relu", "he_normal"), (n_actions, None, small)):
        stack = layers.Dense(width, activation=activation, kernel_initializer=kernel)(stack)
    output = layers.Multiply(name="masked")((mask, stack))
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step, (0, steps), (start, end))
# %% act
_generator = np.random.Generator(np.random.PCG64())


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((n, n_actions), np.float32)])
    # explicit distribution over the actions, then the inverse of its distribution function
    pi = np.full((n, n_actions), epsilon / n_actions)
    pi[np.arange(n), q.argmax(1)] += 1.0 - epsilon
    cdf = pi.cumsum(1)
    cdf[:, -1] = 1.0
    u = _generator.random((n, 1))
    return np.count_nonzero(u >= cdf, axis=1).astype(np.uint8)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    q = net.predict_on_batch([next_observation, ones])
    best = np.take_along_axis(q, q.argmax(-1)[:, np.newaxis], axis=-1).squeeze(-1)
    return np.where(terminated, reward, np.add(reward, np.multiply(gamma, best))).astype(np.float64)
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = (np.arange(n_actions) == np.asarray(action)[:, None]).astype(np.float32)
    return net.train_on_batch([observation, mask], np.einsum("ba,b->ba", mask, targets))
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
        kind = np.dtype([("o", "f4", (4,)), ("a", "i4"), ("r", "f8"), ("n", "f4", (4,)), ("t", "?")])
        table = np.empty(len(self.memory), kind)
        for i, step in enumerate(self.memory):
            table[i] = tuple(step)
        observation, action, reward, next_observation, terminated = (table[k] for k in kind.names)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        learn(self.net, observation, action, td_targets(self.net, reward, next_observation, terminated, s.gamma))
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps, in one structured array."""

    KIND = np.dtype(
        [
            ("observation", np.float32, (4,)),
            ("action", np.int32),
            ("reward", np.float64),
            ("next_observation", np.float32, (4,)),
            ("terminated", np.bool_),
        ]
    )

    def __init__(self, capacity):
        self.capacity = capacity
        self.ring = np.zeros(capacity, self.KIND)
        self.pushed = 0

    def __len__(self):
        return min(self.pushed, self.capacity)

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = np.arange(self.pushed, self.pushed + n) % self.capacity
        for name in self.KIND.names:
            self.ring[name][rows] = getattr(transition, name)
        self.pushed += n

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        drawn = self.ring[np.random.default_rng().integers(len(self), size=batch_size)]
        return Batch(**{name: np.ascontiguousarray(drawn[name]) for name in self.KIND.names})
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights([np.array(w, copy=True) for w in net.get_weights()])
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
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
        if self.step >= s.start_replay_step and not self.turns % s.replay_interval:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        loss = learn(self.net, observation, action, y)
        self.batches += 1
        quotient, remainder = np.divmod(self.batches, s.target_interval)
        if remainder == 0:
            copy_weights(self.target_net, self.net)
        return loss
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(epsilon_end=0.02, memory_size=10_000))
