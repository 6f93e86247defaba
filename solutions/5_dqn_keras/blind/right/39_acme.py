# writer: comes from a DeepMind/Acme/JAX codebase: pure functions, type hints, named tuples, trees, state passed about
# %% model
def _mlp(inputs, sizes):
    """Dense layers of these sizes; ReLU everywhere but at the end."""
    *hidden_sizes, final_size = sizes
    net = inputs
    for size in hidden_sizes:
        net = layers.Dense(
            size,
            activation=keras.activations.relu,
            kernel_initializer=keras.initializers.VarianceScaling(
                scale=2.0, mode="fan_in", distribution="truncated_normal"
            ),
        )(net)
    head_init = keras.initializers.VarianceScaling(scale=1e-4, mode="fan_in")
    return layers.Dense(final_size, activation=None, kernel_initializer=head_init)(net)


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    output = layers.Multiply(name="masked")([_mlp(observation, (hidden_size, hidden_size, n_actions)), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    fraction = np.clip(step / steps, 0.0, 1.0)
    return start * (1.0 - fraction) + end * fraction

# %% act
def _q_values(net: keras.Model, observation: np.ndarray) -> np.ndarray:
    """Q(s, .) for a batch of observations, nothing masked."""
    all_actions = np.ones((observation.shape[0], net.output_shape[-1]), dtype=np.float32)
    return net.predict_on_batch([observation, all_actions])


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    greedy = np.eye(n_actions)[_q_values(net, observation).argmax(axis=-1)]
    # The epsilon-greedy policy as a distribution, one row for each cart pole.
    probabilities = epsilon / n_actions + (1.0 - epsilon) * greedy
    # Inverse transform sampling from each row.
    uniform = np.random.uniform(size=(n, 1))
    actions = (probabilities.cumsum(axis=-1) <= uniform).sum(axis=-1)
    return np.minimum(actions, n_actions - 1).astype(np.int32)

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    discount_t = gamma * (1.0 - terminated.astype(np.float32))
    v_t = np.max(_q_values(net, next_observation), axis=-1)
    return reward + discount_t * v_t

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = (np.asarray(action)[:, None] == np.arange(n_actions)).astype(np.float32)
    loss = net.train_on_batch(
        [observation, one_hot], np.where(one_hot > 0, np.expand_dims(targets, -1), 0.0)
    )
    return loss

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
        # tree.map_structure(stack, *steps)
        batch = keras.tree.map_structure(lambda *xs: np.stack(xs), *self.memory)
        observation, action, reward, next_observation, terminated = batch
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        learn(
            self.net,
            observation,
            action,
            td_targets(self.net, reward, next_observation, terminated, s.gamma),
        )

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
        self._storage = None  # allocated from the first transition, with its dtypes
        self._num_added = 0
        self._rng = np.random.default_rng()

    def __len__(self):
        return min(self._num_added, self.capacity)

    @property
    def size(self):
        return len(self)

    @property
    def position(self):
        return self._num_added % self.capacity

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        steps = Batch(*(np.asarray(getattr(transition, field)) for field in Batch._fields))
        if self._storage is None:
            self._storage = Batch(
                *(np.zeros((self.capacity, *array.shape[1:]), array.dtype) for array in steps)
            )
        n = len(steps.action)
        rows = np.arange(self._num_added, self._num_added + n) % self.capacity
        for storage, values in zip(self._storage, steps):
            storage[rows] = values
        self._num_added += n

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        indices = self._rng.integers(len(self), size=batch_size)
        return Batch(*(array.take(indices, axis=0) for array in self._storage))

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_variable, online_variable in zip(target_net.weights, net.weights, strict=True):
        target_variable.assign(online_variable)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net, self.target_net = (build_model(alpha=s.alpha) for _ in range(2))
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

        if self.step < s.start_replay_step:
            return
        if self.turns % s.replay_interval != 0:
            return
        self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        learn(
            self.net,
            observation,
            action,
            td_targets(self.target_net, reward, next_observation, terminated, s.gamma),
        )
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(target_net=self.target_net, net=self.net)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(settings=Settings())
