# writer: plain Python: the random module, a deque of steps, sampling without replacement, loops
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    first, second = (layers.Dense(hidden_size, "relu") for _ in "12")
    last = layers.Dense(n_actions, kernel_initializer=keras.initializers.RandomNormal(stddev=0.01))
    output = layers.Multiply()([last(second(first(observation))), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Nadam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    done = min(step, steps)
    return (start * (steps - done) + end * done) / steps

# %% act
import random


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return np.array(
        [
            random.randrange(n_actions) if random.random() < epsilon else int(np.argmax(row))
            for row in values
        ],
        dtype=int,
    )

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones]).tolist()
    return np.array(
        [
            float(r) if over else float(r) + gamma * max(q)
            for r, over, q in zip(reward, terminated, values)
        ]
    )

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, num_classes=n_actions)
    wanted = (one_hot.T * targets).T
    return net.train_on_batch(x=[observation, one_hot], y=wanted)

# %% naive
import random


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
        steps = list(self.memory)
        random.shuffle(steps)  # the order within a batch does not matter
        columns = [[], [], [], [], []]
        for one in steps:
            for column, value in zip(columns, one):
                column.append(value)
        observation = np.vstack(columns[0])
        action = np.array(columns[1], dtype=np.int32)
        reward = np.array(columns[2], dtype=float)
        next_observation = np.vstack(columns[3])
        terminated = np.array(columns[4], dtype=bool)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)

# %% memory
import random


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory(deque):
    """The last `capacity` steps. The deque itself throws the oldest away."""

    def __init__(self, capacity):
        super().__init__(maxlen=capacity)
        self.capacity = capacity

    def __reduce__(self):
        return type(self), (self.capacity,), None, iter(list(self))

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        self.extend(
            zip(
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            )
        )

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        if batch_size <= len(self):
            rows = random.sample(range(len(self)), batch_size)
        else:
            rows = random.choices(range(len(self)), k=batch_size)
        steps = list(self)
        return Batch(*map(np.array, zip(*[steps[row] for row in rows])))

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    weights = [np.copy(w) for w in net.get_weights()]
    target_net.set_weights(weights)
    return None

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        if settings is None:
            settings = Settings()
        self.settings = s = settings
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model()
        self.target_net.set_weights(self.net.get_weights())
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        if not explore:
            return select_action(self.net, observation, 0)
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)  # epsilon falls from the first batch on
        return select_action(
            self.net, observation, epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        )

    def train(self, transition):
        s = self.settings
        self.memory.push(transition._replace(reward=s.reward_scale * transition.reward))
        self.step += len(transition.action)
        self.turns += 1
        if self.step >= s.start_replay_step:
            if self.turns % s.replay_interval == 0:
                self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        o, a, r, o2, t = self.memory.sample(s.batch_size)
        assert o.shape == o2.shape == (s.batch_size, 4)
        assert a.shape == r.shape == t.shape == (s.batch_size,)
        loss = learn(self.net, o, a, td_targets(self.target_net, r, o2, t, s.gamma))
        self.batches = self.batches + 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
        return loss

# %% agent
make_agent = lambda: DQNAgent(settings=Settings())  # noqa: E731

# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    from statistics import fmean

    a = [145, 147, 144, 83, 194]
    b = [91, 200, 197, 133, 168]
    c = [13, 22, 15, 26, 9]
    middles = []
    for row in (a, b, c):
        row = sorted(row)
        row.pop()
        row.pop(0)
        middles.append(fmean(row))
    misled = [0, 0, 0]
    for x in a:
        misled[0] += len([y for y in b if x > y])
        misled[1] += len([z for z in c if x > z])
    for z in c:
        misled[2] += len([y for y in b if z > y])
    return dict(middles=middles, misled=misled)
