# writer: an AI assistant's over-careful answer: asserts, type conversions, long docstrings, defensive copies
# %% model
def build_model(n_actions: int = 2, hidden_size: int = 128, alpha: float = 4e-3) -> keras.Model:
    """Build and compile the masked Q-network.

    Args:
        n_actions: Number of discrete actions.
        hidden_size: Number of units of each of the two hidden layers.
        alpha: Learning rate of Adam.

    Returns:
        A compiled model: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values.
    """
    n_actions = int(n_actions)
    observation = keras.Input(shape=(4,), name="observation", dtype="float32")
    mask = keras.Input(shape=(n_actions,), name="action_mask", dtype="float32")

    # 1. Two hidden layers with ReLU
    hidden = layers.Dense(hidden_size, activation="relu", name="hidden_1")(observation)
    hidden = layers.Dense(hidden_size, activation="relu", name="hidden_2")(hidden)

    # 2. A linear head: Q-values can be any real number
    q_values = layers.Dense(n_actions, activation=None, name="q_values")(hidden)

    # 3. Only the Q-values that the mask lets through
    output = layers.Multiply(name="masked_q_values")([q_values, mask])

    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=float(alpha), clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps.

    Linear interpolation from `start` (at step 0) to `end` (at step `steps`), constant afterwards.
    """
    if steps <= 0:
        return float(end)
    share = min(max(float(step) / float(steps), 0.0), 1.0)
    return float(start + share * (end - start))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    observation = np.asarray(observation, dtype=np.float32)
    assert observation.ndim == 2, f"expected (n, 4), got {observation.shape}"
    n, n_actions = len(observation), net.output_shape[-1]
    mask = np.ones((n, n_actions), dtype=np.float32)

    # Q-values of all actions
    q_values = np.asarray(net.predict_on_batch([observation, mask]))
    assert q_values.shape == (n, n_actions)

    greedy_actions = np.argmax(q_values, axis=-1).astype(np.int64)
    random_actions = np.random.randint(low=0, high=n_actions, size=n, dtype=np.int64)
    explore = np.random.uniform(0.0, 1.0, size=n) < float(epsilon)
    return np.where(explore, random_actions, greedy_actions).astype(np.int64)

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    reward = np.asarray(reward, dtype=np.float32)
    next_observation = np.asarray(next_observation, dtype=np.float32)
    not_done = 1.0 - np.asarray(terminated).astype(np.float32)
    ones = np.ones((len(reward), net.output_shape[-1]), dtype=np.float32)

    next_q_values = np.asarray(net.predict_on_batch([next_observation, ones]))
    max_next_q = np.max(next_q_values, axis=1)

    targets = (reward + float(gamma) * not_done * max_next_q).astype(np.float32)
    assert targets.shape == reward.shape
    return targets

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    observation = np.asarray(observation, dtype=np.float32)
    action = np.asarray(action).astype(np.int64).reshape(-1)
    targets = np.asarray(targets, dtype=np.float32).reshape(-1)
    assert len(observation) == len(action) == len(targets)

    mask = keras.utils.to_categorical(action, num_classes=n_actions).astype(np.float32)
    masked_targets = mask * targets[:, np.newaxis]
    loss = net.train_on_batch([observation, mask], masked_targets)
    # train_on_batch returns a list if the model has metrics
    if isinstance(loss, (list, tuple)):
        loss = loss[0]
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
        observations, actions, rewards, next_observations, dones = zip(*list(self.memory))
        observation = np.asarray(observations, dtype=np.float32)
        action = np.asarray(actions, dtype=np.int64)
        reward = np.asarray(rewards, dtype=np.float32)
        next_observation = np.asarray(next_observations, dtype=np.float32)
        terminated = np.asarray(dones, dtype=bool)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        # Compute the Bellman targets with the current network, then do one update step
        targets = td_targets(
            net=self.net,
            reward=reward,
            next_observation=next_observation,
            terminated=terminated,
            gamma=s.gamma,
        )
        loss = learn(net=self.net, observation=observation, action=action, targets=targets)
        assert np.isfinite(loss), "the loss is not finite"

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
        self.capacity = int(capacity)
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
        if n == 0:
            return
        # If one transition alone is larger than the memory, only its newest rows can stay
        kept = min(n, self.capacity)
        first = (self.position + n - kept) % self.capacity
        rows = (first + np.arange(kept)) % self.capacity
        self.store.observation[rows] = np.asarray(transition.observation, dtype=np.float32)[-kept:]
        self.store.action[rows] = np.asarray(transition.action, dtype=np.int64)[-kept:]
        self.store.reward[rows] = np.asarray(transition.reward, dtype=np.float32)[-kept:]
        self.store.next_observation[rows] = np.asarray(
            transition.next_observation, dtype=np.float32
        )[-kept:]
        self.store.terminated[rows] = np.asarray(transition.terminated, dtype=bool)[-kept:]
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        if self.size == 0:
            raise ValueError("Cannot sample from an empty memory.")
        indices = np.random.randint(low=0, high=self.size, size=int(batch_size))
        return Batch(
            observation=self.store.observation[indices].copy(),
            action=self.store.action[indices].copy(),
            reward=self.store.reward[indices].copy(),
            next_observation=self.store.next_observation[indices].copy(),
            terminated=self.store.terminated[indices].copy(),
        )

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    source_weights = net.get_weights()
    target_weights = target_net.get_weights()
    assert len(source_weights) == len(target_weights), "The networks have different layers."
    for source, target in zip(source_weights, target_weights):
        assert source.shape == target.shape, "The networks have different shapes."
    target_net.set_weights([np.copy(weight) for weight in source_weights])

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        # The target network has the same architecture, is never trained directly,
        # and starts with the same weights.
        self.target_net = build_model(alpha=s.alpha)
        self.target_net.trainable = False
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
        # Store the new experience
        self.memory.push(transition)
        # Learn only after the warm-up, and only in every replay_interval-th turn
        warm = self.step >= s.start_replay_step
        due = self.turns % max(int(s.replay_interval), 1) == 0
        if warm and due:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        batch = self.memory.sample(s.batch_size)
        observation = np.asarray(batch.observation, dtype=np.float32)
        action = np.asarray(batch.action, dtype=np.int64)
        reward = np.asarray(batch.reward, dtype=np.float32)
        next_observation = np.asarray(batch.next_observation, dtype=np.float32)
        terminated = np.asarray(batch.terminated, dtype=bool)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(
            net=self.target_net,
            reward=reward,
            next_observation=next_observation,
            terminated=terminated,
            gamma=s.gamma,
        )
        learn(net=self.net, observation=observation, action=action, targets=targets)
        self.batches += 1
        if self.batches % max(int(s.target_interval), 1) == 0:
            copy_weights(target_net=self.target_net, net=self.net)

# %% agent
def make_agent() -> "DQNAgent":
    """Return a new, untrained agent."""
    settings = Settings()  # the defaults are the settings of section 10
    agent = DQNAgent(settings=settings)
    assert agent.step == 0 and agent.batches == 0
    return agent
