# writer: a database person: one structured array, Settings as NamedTuple, nothing but records
# %% model
class QNetwork(keras.Model):
    """A functional model under a name of its own."""


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    hidden = layers.Dense(units=hidden_size, activation=keras.activations.relu)(observation)
    hidden = layers.Dense(units=hidden_size, activation=keras.activations.relu)(hidden)
    values = layers.Dense(
        units=n_actions,
        activation="linear",
        kernel_initializer=keras.initializers.VarianceScaling(scale=0.01),
    )(hidden)
    output = layers.Multiply()([values, mask])
    model = QNetwork(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.AdamW(learning_rate=alpha, weight_decay=0.0, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer=optimizer, loss="mse")
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step, (0, steps), (start, end))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([np.asarray(observation, np.float32), np.ones((n, n_actions))])
    # The probability of each action in each row, then the inverse of the cumulative distribution.
    chances = np.full((n, n_actions), epsilon / n_actions)
    chances[np.arange(n), np.argmax(values, axis=1)] += 1 - epsilon
    limits = np.cumsum(chances, axis=1)[:, :-1]
    return (np.random.random((n, 1)) >= limits).sum(axis=1)

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    best = np.take_along_axis(values, values.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return np.where(terminated, reward, reward + gamma * best)

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    record = np.zeros(
        len(action), dtype=[("mask", np.float32, (n_actions,)), ("y", np.float32, (n_actions,))]
    )
    column = np.reshape(action, (-1, 1))
    np.put_along_axis(record["mask"], column, 1.0, axis=1)
    np.put_along_axis(record["y"], column, np.reshape(targets, (-1, 1)), axis=1)
    mask, wanted = (np.ascontiguousarray(record[field]) for field in ("mask", "y"))
    loss = net.train_on_batch([observation, mask], wanted)
    return loss

# %% naive
class Settings(NamedTuple):
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


STEP = np.dtype(
    [
        ("observation", np.float32, (4,)),
        ("action", np.int64),
        ("reward", np.float32),
        ("next_observation", np.float32, (4,)),
        ("terminated", np.bool_),
    ]
)


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
        table = np.array(list(self.memory), dtype=STEP)
        observation, action, reward, next_observation, terminated = (
            table[name] for name in table.dtype.names
        )
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        self.last_loss = learn(self.net, observation, action, y)

# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps, in one table."""

    ROW = np.dtype(
        [
            ("observation", "f4", (4,)),
            ("action", "i8"),
            ("reward", "f4"),
            ("next_observation", "f4", (4,)),
            ("terminated", "?"),
        ]
    )

    def __init__(self, capacity):
        self.capacity = capacity
        self.table = np.zeros(capacity, self.ROW)
        self.free = capacity  # rows that were never written
        self.position = 0

    def __len__(self):
        return self.capacity - self.free

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        new = np.empty(n, self.ROW)
        for name in self.ROW.names:
            new[name] = getattr(transition, name)
        while len(new):
            piece = new[: self.capacity - self.position]
            self.table[self.position : self.position + len(piece)] = piece
            self.position = (self.position + len(piece)) % self.capacity
            new = new[len(piece) :]
        self.free = max(self.free - n, 0)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        drawn = np.random.choice(self.table[: len(self)], size=batch_size)
        return Batch(**{name: drawn[name] for name in drawn.dtype.names})

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights(net.get_weights())

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net, self.target_net = (build_model(alpha=s.alpha) for _ in range(2))
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
        ready = self.step >= s.start_replay_step
        due = divmod(self.turns, s.replay_interval)[1] == 0
        if ready & due:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(
            batch_size=s.batch_size
        )
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        try:
            y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            learn(self.net, observation, action, y)
        finally:
            self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)

# %% agent
def make_agent(**changes):
    """Return a new, untrained agent."""
    return DQNAgent(Settings()._replace(**changes))

# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    table = np.array(
        list(
            zip(
                [145, 147, 144, 83, 194], [91, 200, 197, 133, 168], [13, 22, 15, 26, 9], strict=True
            )
        ),
        dtype=[("b1", float), ("b4", float), ("b32", float)],
    )

    def middle(name):
        column = table[name]
        return (column.sum() - column.min() - column.max()) / (len(column) - 2)

    def wins(one, other):
        return (table[one][:, None] > table[other]).sum()

    return {
        "middles": tuple(map(middle, table.dtype.names)),
        "misled": np.array([wins("b1", "b4"), wins("b1", "b32"), wins("b32", "b4")]),
    }
