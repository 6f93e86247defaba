# writer: a comprehension person who keeps the steps as tuples in a deque
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    stack = [layers.Dense(units, activation="relu") for units in [hidden_size] * 2]
    stack += [layers.Dense(n_actions)]
    x = observation
    for layer in stack:
        x = layer(x)
    output = layers.Multiply()([x, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return max(end, start - (start - end) * step / steps)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    rows = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return np.array(
        [
            np.random.randint(n_actions) if np.random.rand() < epsilon else int(np.argmax(row))
            for row in rows
        ]
    )
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    rows = net.predict_on_batch([next_observation, ones])
    return np.array(
        [r if over else r + gamma * max(row) for r, row, over in zip(reward, rows, terminated)]
    )
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = np.array([[float(a == column) for column in range(n_actions)] for a in action])
    y = np.array([[t * m for m in row] for t, row in zip(targets, mask)])
    return net.train_on_batch([observation, mask], y)
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
            np.array([step[i] for step in self.memory]) for i in range(5)
        )
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, y)
# %% memory
import random


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` steps in a deque."""

    def __init__(self, capacity):
        self.steps = deque(maxlen=capacity)

    def __len__(self):
        return len(self.steps)

    def push(self, transition):
        """Store the n rows of one transition; the deque drops the oldest."""
        self.steps.extend(zip(*[getattr(transition, name) for name in Batch._fields]))

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        steps = random.choices(self.steps, k=batch_size)
        return Batch(*[np.array(part) for part in zip(*steps)])
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    [theirs.assign(ours) for theirs, ours in zip(target_net.weights, net.weights)]
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
        self.target_net.set_weights(self.net.get_weights())
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
        if all([self.step >= s.start_replay_step, self.turns % s.replay_interval == 0]):
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = [
            part for part in self.memory.sample(s.batch_size)
        ]
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, y)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(**{}))
