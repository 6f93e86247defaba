# writer: someone with constants and generators defined in the same cell, Python's random module
# %% model
ACTIVATION = "relu"
HIDDEN_LAYERS = 2


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    x = observation
    for _ in range(HIDDEN_LAYERS):
        x = layers.Dense(hidden_size, activation=ACTIVATION)(x)
    output = layers.Multiply()([layers.Dense(n_actions)(x), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    slope = (end - start) / steps
    return start + slope * step if step < steps else end
# %% act
import random

DICE = random.Random()


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    actions = net.predict_on_batch([observation, np.ones((n, n_actions))]).argmax(axis=1)
    for row in range(n):
        if DICE.random() < epsilon:
            actions[row] = DICE.randrange(n_actions)
    return actions
# %% targets
ONES = {}


def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    shape = (len(reward), net.output_shape[-1])
    if shape not in ONES:
        ONES[shape] = np.ones(shape, np.float32)
    values = net.predict_on_batch([next_observation, ONES[shape]])
    return reward + gamma * values.max(axis=1) * (terminated == False)  # noqa: E712
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = (action[:, None] == np.arange(n_actions)).astype("float32")
    return net.train_on_batch([observation, one_hot], np.where(one_hot == 1, targets[:, None], 0))
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
        observation, action, reward, next_observation, terminated = [np.array(p) for p in zip(*self.memory)]
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A list of at most `capacity` steps; the oldest is at `self.oldest` once it is full."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.steps = []
        self.oldest = 0

    def __len__(self):
        return len(self.steps)

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        for row in range(len(transition.action)):
            step = tuple(getattr(transition, name)[row] for name in Batch._fields)
            if len(self.steps) < self.capacity:
                self.steps.append(step)
            else:
                self.steps[self.oldest] = step
                self.oldest = (self.oldest + 1) % self.capacity

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        chosen = [DICE.choice(self.steps) for _ in range(batch_size)]
        return Batch(*map(np.array, zip(*chosen)))
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
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
BEST = Settings()


def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(BEST)
