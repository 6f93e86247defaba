# writer: a functional programmer who minimises lines: deque, map, zip, reduce, lambdas, conditional expressions
# %% memory
from collections import deque


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """The last `buffer_size` steps."""

    def __init__(self, buffer_size):
        self.steps = deque(maxlen=buffer_size)

    def __len__(self):
        return len(self.steps)

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        self.steps.extend(zip(*map(lambda field: getattr(transition, field), Batch._fields)))

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        dtypes = np.float32, np.int64, np.float32, np.float32, bool
        return Batch(*map(np.array, zip(*random.sample(self.steps, batch_size)), dtypes))

# %% network
from functools import reduce


@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [keras.layers.Dense(128, "relu") for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        return self.output_layer(reduce(lambda value, layer: layer(value), self.hidden_layers, x))

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(-1)

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
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step, [0, steps], [start, end])

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.array([random.randrange(n_actions) if random.random() < epsilon else row.argmax() for row in values])

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    best = keras.ops.stop_gradient(keras.ops.max(target_net(next_observation), axis=-1))
    return reward + gamma * keras.ops.where(terminated, 0.0, best)

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    choosing, evaluating = [network(next_observation) for network in (net, target_net)]
    value = keras.ops.einsum("ba,ba->b", keras.ops.one_hot(keras.ops.argmax(choosing, axis=-1), net.n_actions), evaluating)
    return keras.ops.stop_gradient(reward + gamma * keras.ops.where(terminated, 0.0, value))

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = keras.ops.sum(net(observation) * keras.ops.one_hot(action, net.n_actions), axis=1)
    return keras.ops.mean(keras.losses.huber(targets[:, None], chosen[:, None]))

# %% copy
transfer_weights = lambda target_net, net: target_net.set_weights(net.get_weights())

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        self.target_net.set_weights(self.net.get_weights())
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
            nets = (self.net, self.target_net) if s.double else (self.target_net,)
            targets = (double_dqn_targets if s.double else td_targets)(*nets, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
            gradients = tape.gradient(loss, variables)
        self.optimizer.apply(gradients, variables)
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
        if self.batches % s.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)

# %% agent
make_agent = lambda: DoubleDQNAgent(Settings())

# %% save
save_network = lambda net, path: net.save(path)
load_network = keras.models.load_model
