# writer: someone who asserts everything, shapes, types and ranges
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    assert n_actions >= 1 and hidden_size >= 1, "sizes must be positive"
    hidden = layers.Dense(hidden_size, activation="relu")(observation)
    assert hidden.shape == (None, hidden_size)
    hidden = layers.Dense(hidden_size, activation="relu")(hidden)
    assert hidden.shape == (None, hidden_size)
    values = layers.Dense(n_actions)(hidden)
    assert values.shape == mask.shape == (None, n_actions)
    output = layers.Multiply()([values, mask])
    assert output.shape == (None, n_actions)
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    assert step >= 0, "a negative step?"
    assert steps > 0
    probability = start + (end - start) * min(step, steps) / steps
    assert min(start, end) - 1e-9 <= probability <= max(start, end) + 1e-9
    return probability
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    assert observation.ndim == 2
    assert 0 <= epsilon <= 1
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    assert values.shape == (n, n_actions)
    explore = np.random.rand(n) < epsilon
    assert explore.shape == (n,) and explore.dtype == bool
    actions = np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
    assert actions.shape == (n,) and np.issubdtype(actions.dtype, np.integer)
    assert np.all((0 <= actions) & (actions < n_actions))
    return actions
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    batch = len(reward)
    assert reward.shape == terminated.shape == (batch,)
    assert len(next_observation) == batch
    values = net.predict_on_batch([next_observation, ones])
    assert values.shape == ones.shape
    best = values.max(axis=1)
    assert best.shape == (batch,)
    y = np.where(terminated, reward, reward + gamma * best)
    assert y.shape == (batch,), f"{y.shape} instead of {(batch,)}"
    return y
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    batch = len(action)
    assert action.shape == targets.shape == (batch,)
    one_hot = keras.utils.to_categorical(action, n_actions)
    assert one_hot.shape == (batch, n_actions)
    assert np.all(one_hot.sum(axis=1) == 1)
    y = one_hot * targets[:, None]
    assert np.count_nonzero(y) <= batch
    loss = net.train_on_batch([observation, one_hot], y)
    assert np.ndim(loss) == 0
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
        assert len(self.memory) == s.batch_size
        observation, action, reward, next_observation, terminated = (
            np.array(part) for part in zip(*self.memory, strict=True)
        )
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        assert targets.shape == (s.batch_size,)
        loss = learn(self.net, observation, action, targets)
        assert np.isfinite(loss), "the loss exploded"
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
        assert n > 0, "an empty transition"
        rows = (self.position + np.arange(n)) % self.capacity
        assert rows.shape == (n,) and rows.max() < self.capacity
        self.store.observation[rows] = transition.observation
        self.store.action[rows] = transition.action
        self.store.reward[rows] = transition.reward
        self.store.next_observation[rows] = transition.next_observation
        self.store.terminated[rows] = transition.terminated
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)
        assert 0 <= self.position < self.capacity

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        assert self.size > 0, "nothing to sample from"
        rows = np.random.randint(self.size, size=batch_size)
        batch = Batch(*(array[rows] for array in self.store))
        assert all(len(part) == batch_size for part in batch)
        return batch
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    assert target_net is not net
    weights = net.get_weights()
    assert [w.shape for w in weights] == [w.shape for w in target_net.get_weights()]
    target_net.set_weights(weights)
    assert all(np.array_equal(a, b) for a, b in zip(target_net.get_weights(), weights))
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
        copy_weights(self.target_net, self.net)
        assert self.target_net is not self.net
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
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            assert len(self.memory) > 0
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        assert targets.shape == (s.batch_size,)
        loss = learn(self.net, observation, action, targets)
        assert np.isfinite(loss)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = DQNAgent(Settings())
    assert agent.step == agent.batches == 0
    return agent
