# writer: a software engineer: own exception, protocol-like small classes, strategy chosen in __init__, from_config to clone, private helpers
# %% memory
class NotEnoughSteps(ValueError):
    """More steps were asked for than the buffer holds."""


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A ring buffer of the last `buffer_size` steps."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.store = Batch(
            observation=np.zeros((buffer_size, 4), np.float32),
            action=np.zeros(buffer_size, np.int64),
            reward=np.zeros(buffer_size, np.float32),
            next_observation=np.zeros((buffer_size, 4), np.float32),
            terminated=np.zeros(buffer_size, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def _advance(self, n):
        rows = [(self.position + offset) % self.buffer_size for offset in range(n)]
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)
        return rows

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        rows = self._advance(len(transition.action))
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > len(self):
            raise NotEnoughSteps(f"{batch_size} > {len(self)}")
        rows = random.sample(range(len(self)), k=batch_size)
        return Batch._make(array[rows] for array in self.store)

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [self._make_hidden_layer() for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions, activation="linear")

    HIDDEN_UNITS = 128

    @classmethod
    def _make_hidden_layer(cls):
        return keras.layers.Dense(cls.HIDDEN_UNITS, activation=keras.activations.relu)

    def call(self, x):
        for layer in (*self.hidden_layers, self.output_layer):
            x = layer(x)
        return x

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q_values = keras.ops.convert_to_numpy(self(np.asarray(observation, np.float32)))
        return q_values.argmax(axis=-1)

    def get_config(self):
        """The arguments to build such a model again; needed for saving it."""
        return {
            **super().get_config(),
            "n_actions": self.n_actions,
            "n_hidden_layers": self.n_hidden_layers,
        }


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net(np.zeros((1, 4), np.float32))
    return net

# %% epsilon
@dataclass(frozen=True)
class LinearDecay:
    """From start to end in a straight line."""

    start: float
    end: float
    steps: int

    def at(self, step):
        done = min(max(step / self.steps, 0.0), 1.0)
        return self.start + done * (self.end - self.start)


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return LinearDecay(start=start, end=end, steps=steps).at(step)

# %% act
class EpsilonGreedy:
    """A policy over a table of Q-values."""

    def __init__(self, probability, generator=None):
        self.probability = probability
        self.generator = generator or np.random.default_rng()

    def choose(self, values):
        actions = values.argmax(axis=1)
        (exploring,) = np.nonzero(self.generator.random(len(values)) < self.probability)
        actions[exploring] = self.generator.integers(values.shape[1], size=len(exploring))
        return actions


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return EpsilonGreedy(epsilon).choose(values)

# %% targets
def bellman(reward, next_value, terminated, gamma):
    """r + gamma V(s'), or r at the end; no gradient."""
    return keras.ops.stop_gradient(
        keras.ops.where(terminated, reward, reward + gamma * next_value)
    )


def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    return bellman(reward, keras.ops.max(target_net(next_observation), axis=1), terminated, gamma)

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    next_value = tf.gather(target_net(next_observation), best, axis=1, batch_dims=1)
    return bellman(reward, next_value, terminated, gamma)

# %% loss
HUBER = keras.losses.Huber(delta=1.0)


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    taken = tf.gather(net(observation), action, axis=1, batch_dims=1)
    return HUBER(targets, taken)

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    pairs = zip(
        [*target_net.hidden_layers, target_net.output_layer],
        [*net.hidden_layers, net.output_layer],
    )
    for receiver, giver in pairs:
        receiver.kernel.assign(giver.kernel)
        receiver.bias.assign(giver.bias)

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = self._clone(self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        return select_action(self.net, observation, probability if explore else 0.0)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        s = self.settings
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            targets = self._targets(reward, next_observation, terminated)
            loss = q_loss(self.net, observation, action, targets)
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    @staticmethod
    def _clone(net):
        """A second network with the same weights."""
        clone = type(net).from_config(net.get_config())
        clone(np.zeros((1, 4), np.float32))
        transfer_weights(clone, net)
        return clone

    def _targets(self, reward, next_observation, terminated):
        if self.settings.double:
            return double_dqn_targets(
                self.net, self.target_net, reward, next_observation, terminated, self.settings.gamma
            )
        return td_targets(self.target_net, reward, next_observation, terminated, self.settings.gamma)

    @property
    def _ready(self):
        return len(self.buffer) >= self.settings.min_replay_size

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        observation, action, reward, *what_followed = self.buffer.sample(s.batch_size)
        batch = (observation, action, s.reward_scale * reward, *what_followed)
        self.compiled_step(*map(tf.convert_to_tensor, batch))
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        self.buffer.add(transition)
        if not self._ready:
            return
        self.learn()
        if self.batches % s.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings(double=True))

# %% save
from pathlib import Path


def save_network(net, path):
    """Write the whole model into a file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(Path(path))
