# writer: someone with helper functions, extra methods and extra attributes everywhere
# %% memory
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

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = self._next_rows(n)
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)
        self._advance(n)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        self._require(batch_size)
        rows = random.sample(range(self.size), k=batch_size)
        return Batch(*[array[rows] for array in self.store])

    def _next_rows(self, n):
        return [(self.position + i) % self.buffer_size for i in range(n)]

    def _advance(self, n):
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def _require(self, batch_size):
        if batch_size > self.size:
            raise IndexError("the buffer is not full enough")

    @property
    def is_full(self):
        return self.size == self.buffer_size
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [self.make_hidden() for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        return self.output_layer(self.features(x))

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.values(observation).argmax(axis=1)

    @staticmethod
    def make_hidden():
        return keras.layers.Dense(128, activation="relu")

    def features(self, x):
        """What the last hidden layer returns."""
        for layer in self.hidden_layers:
            x = layer(x)
        return x

    def values(self, observation):
        """Q-values as a NumPy array."""
        return self.predict_on_batch(observation)

    def q_of(self, x, action):
        """Q-values of one action for each row, as a tensor."""
        return tf.gather(self(x), action, batch_dims=1)

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
def lerp(a, b, t):
    return a + (b - a) * t


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return lerp(start, end, min(1, step / steps))
# %% act
def coins(n, probability):
    return np.random.rand(n) < probability


def dice(n, sides):
    return np.random.randint(sides, size=n)


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.where(coins(n, epsilon), dice(n, n_actions), values.argmax(axis=1))
# %% targets
def fixed_targets(reward, value, terminated, gamma):
    """The Bellman equation without a gradient."""
    goes_on = keras.ops.cast(keras.ops.logical_not(terminated), value.dtype)
    return keras.ops.stop_gradient(reward + gamma * goes_on * value)


def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    value = keras.ops.max(target_net(next_observation), axis=1)
    return fixed_targets(reward, value, terminated, gamma)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    return fixed_targets(reward, target_net.q_of(next_observation, best), terminated, gamma)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    return keras.losses.Huber()(targets, net.q_of(observation, action))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for receiver, giver in zip(target_net.hidden_layers, net.hidden_layers):
        receiver.set_weights(giver.get_weights())
    target_net.output_layer.set_weights(net.output_layer.get_weights())
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = self.twin()
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
            targets = self.targets(reward, next_observation, terminated)
            loss = q_loss(self.net, observation, action, targets)
        self.improve(tape, loss, variables)
        return loss

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
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            self.follow()

    def twin(self):
        """A second network with the same weights."""
        net = new_network(self.settings.n_hidden_layers)
        transfer_weights(net, self.net)
        return net

    def targets(self, reward, next_observation, terminated):
        gamma = self.settings.gamma
        if self.settings.double:
            return double_dqn_targets(
                self.net, self.target_net, reward, next_observation, terminated, gamma
            )
        return td_targets(self.target_net, reward, next_observation, terminated, gamma)

    def improve(self, tape, loss, variables):
        self.optimizer.apply(tape.gradient(loss, variables), variables)

    def follow(self):
        if self.batches % self.settings.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path, compile=False)
