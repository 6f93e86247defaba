# writer: a tinkerer who changes given lines: another optimizer, itertools, own preallocated matrix as memory
# %% model
from itertools import count, islice


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input(shape=(4,), name="observation")
    mask = keras.Input(shape=(n_actions,), name="action_mask")
    glorot = keras.initializers.GlorotNormal
    hidden = layers.Dense(hidden_size, "relu", kernel_initializer=glorot())(observation)
    hidden = layers.Dense(hidden_size, "relu", kernel_initializer=glorot())(hidden)
    values = layers.Dense(n_actions, kernel_initializer=keras.initializers.TruncatedNormal(stddev=0.01))(hidden)
    output = layers.Multiply(name="output")([values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Nadam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, loss="mean_squared_error")
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    left = max(steps - step, 0) / steps  # the share of the way that is left
    return end + left * (start - end)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    probabilities = np.full((n, n_actions), epsilon / n_actions)
    probabilities[np.arange(n), values.argmax(axis=1)] += 1 - epsilon
    thresholds = probabilities.cumsum(axis=1)
    u = np.random.rand(n, 1)
    return np.minimum((u >= thresholds).sum(axis=1), n_actions - 1)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    best = net.predict_on_batch([next_observation, ones]).max(axis=1)
    discount = np.full(len(reward), gamma)
    discount[terminated] = 0.0
    return reward + discount * best
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = np.vstack([np.eye(n_actions)[a] for a in action])
    wanted = np.vstack([t * row for t, row in zip(targets, mask)])
    return net.train_on_batch([observation, mask], wanted)
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
        steps = list(islice(self.memory, s.batch_size))
        observation = np.vstack([step[0] for step in steps])
        action = np.hstack([step[1] for step in steps])
        reward = np.hstack([step[2] for step in steps])
        next_observation = np.vstack([step[3] for step in steps])
        terminated = np.hstack([step[4] for step in steps])
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
    """All steps in one matrix of 11 columns: 4 + 1 + 1 + 4 + 1 numbers for each step."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.matrix = np.zeros((capacity, 11), np.float32)
        self.ticket = count()

    size = 0

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        t = transition
        for row in np.column_stack(
            [t.observation, t.action, t.reward, t.next_observation, t.terminated]
        ):
            self.matrix[next(self.ticket) % self.capacity] = row
            self.size = min(self.size + 1, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        drawn = self.matrix[np.random.randint(self.size, size=batch_size)]
        observation, action, reward, next_observation, terminated = np.split(
            drawn, [4, 5, 6, 10], axis=1
        )
        return Batch(
            observation,
            action[:, 0].astype(np.int64),
            reward[:, 0],
            next_observation,
            terminated[:, 0] > 0.5,
        )
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for i, w in enumerate(net.get_weights()):
        target_net.weights[i].assign(w)
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
        if self.step >= s.start_replay_step and divmod(self.turns, s.replay_interval)[1] == 0:
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
        if divmod(self.batches, s.target_interval)[1] == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
