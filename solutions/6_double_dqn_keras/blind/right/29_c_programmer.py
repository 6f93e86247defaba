# writer: a C programmer: one flat block, memcpy in pieces, tail-swap sampling, countdowns, in-place arithmetic
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """One flat block, 11 floats for each step."""

    __slots__ = ("buffer_size", "block", "order", "position", "size")

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.block = np.empty((buffer_size, 11), np.float32)
        self.order = np.arange(buffer_size)
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        new = np.concatenate(
            (
                transition.observation,
                np.reshape(transition.action, (-1, 1)),
                np.reshape(transition.reward, (-1, 1)),
                transition.next_observation,
                np.reshape(transition.terminated, (-1, 1)),
            ),
            axis=1,
        )
        while len(new):
            piece = min(len(new), self.buffer_size - self.position)
            self.block[self.position : self.position + piece] = new[:piece]
            new = new[piece:]
            self.size = max(self.size, self.position + piece)
            self.position = (self.position + piece) % self.buffer_size

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > self.size:
            raise BufferError("buffer underrun")
        keys = np.random.random(self.size)
        rows = np.argsort(keys)[:batch_size]
        picked = self.block[rows]
        return Batch(
            picked[:, 0:4],
            picked[:, 4].astype(np.int32),
            picked[:, 5],
            picked[:, 6:10],
            picked[:, 10].astype(np.bool_),
        )
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = []
        i = 0
        while i < n_hidden_layers:
            self.hidden_layers += [keras.layers.Dense(128, activation="relu")]
            i += 1
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        i = 0
        while i < self.n_hidden_layers:
            x = self.hidden_layers[i](x)
            i += 1
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        best = np.empty(len(observation), np.intp)
        np.argmax(self.predict_on_batch(observation), axis=1, out=best)
        return best

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
    if step > steps:
        step = steps
    return (start * (steps - step) + end * step) / steps
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    action = np.empty(n, np.intp)
    np.argmax(values, axis=1, out=action)
    np.putmask(action, np.random.random(n) < epsilon, np.random.randint(0, n_actions, n))
    return action
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    alive = 1 - keras.ops.cast(terminated, "int32")
    y = keras.ops.max(target_net(next_observation), axis=1)
    y *= gamma
    y *= keras.ops.cast(alive, y.dtype)
    y += reward
    return keras.ops.stop_gradient(y)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    q = net(next_observation)
    table = target_net(next_observation)
    best_q = q[:, 0]
    value = table[:, 0]
    for a in range(1, q.shape[1]):
        better = q[:, a] > best_q
        best_q = keras.ops.where(better, q[:, a], best_q)
        value = keras.ops.where(better, table[:, a], value)
    y = keras.ops.where(terminated, 0.0, value)
    y *= gamma
    y += reward
    return keras.ops.stop_gradient(y)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    flat = tf.reshape(q, [-1])
    offset = tf.range(tf.shape(q)[0]) * q.shape[1] + tf.cast(action, tf.int32)
    e = tf.abs(tf.gather(flat, offset) - targets)
    total = tf.reduce_sum(tf.where(e < 1.0, e * e / 2.0, e - 0.5))
    return total / tf.cast(tf.shape(e)[0], tf.float32)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    source = net.get_weights()
    for i in range(len(source)):
        target_net.weights[i].assign(source[i])
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        self.countdown = s.target_update_freq
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
            if not s.double:
                y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            else:
                y = double_dqn_targets(self.net, self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, y)
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
        if len(self.buffer) < s.min_replay_size:
            return
        self.learn()
        self.countdown -= 1
        if self.countdown == 0:
            self.countdown = s.target_update_freq
            transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings(min_replay_size=640))
# %% save
import shutil
import tempfile
from pathlib import Path


def save_network(net, path):
    """Write the whole model into a file."""
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder) / "net.keras"
        net.save(temporary)
        shutil.copyfile(temporary, path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(Path(path))
