# writer: a functional programmer who minimises lines: reduce, map, zip, comprehensions, conditional expressions
# %% model
from functools import reduce


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation, mask = keras.Input((4,), name="observation"), keras.Input((n_actions,), name="action_mask")
    stack = [layers.Dense(hidden_size, "relu"), layers.Dense(hidden_size, "relu"), layers.Dense(n_actions)]
    output = layers.Multiply()([reduce(lambda x, layer: layer(x), stack, observation), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
epsilon = lambda step, start, end, steps: start + (end - start) * min(1, step / steps)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((n, n_actions))])
    noise = np.random.rand(n, n_actions)
    return np.where(np.random.rand(n, 1) < epsilon, noise, q).argmax(1)

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    return reward + gamma * ~terminated * net.predict_on_batch([next_observation, np.ones((len(reward), net.output_shape[-1]))]).max(1)

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    return net.train_on_batch([observation, mask := np.identity(net.output_shape[-1])[action]], mask * targets[:, None])

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
        observation, action, reward, next_observation, terminated = (np.array(part) for part in zip(*self.memory))
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
    """The last `capacity` steps: a deque that takes transitions apart and puts batches together."""

    def __init__(self, capacity):
        self.steps = deque(maxlen=capacity)

    __len__ = lambda self: len(self.steps)

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        self.steps.extend(zip(*(getattr(transition, field) for field in Batch._fields)))

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        return Batch(*map(np.array, zip(*(self.steps[i] for i in np.random.randint(len(self), size=batch_size)))))

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    [old.assign(new) for old, new in zip(target_net.weights, net.weights)]

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        (target_net := build_model(alpha=s.alpha)).set_weights(self.net.get_weights())
        self.target_net = target_net
        self.memory = ReplayMemory(s.memory_size)
        self.step = self.turns = self.batches = 0  # steps played, calls of train, batches learned

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
        self.step >= s.start_replay_step and not self.turns % s.replay_interval and self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, *rest = self.memory.sample(s.batch_size)
        reward, next_observation, terminated = rest
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        learn(self.net, observation, action, td_targets(self.target_net, *rest, s.gamma))
        self.batches += 1
        self.batches % s.target_interval or copy_weights(self.target_net, self.net)

# %% agent
make_agent = DQNAgent
