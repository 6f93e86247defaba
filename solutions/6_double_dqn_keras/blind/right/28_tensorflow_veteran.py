# writer: a TensorFlow veteran: tf.* everywhere, decorated tf.function, tf.Variables as memory, assign in graph
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A ring buffer of tf.Variables."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.store = Batch(
            observation=tf.Variable(tf.zeros((buffer_size, 4)), trainable=False),
            action=tf.Variable(tf.zeros((buffer_size,), tf.int32), trainable=False),
            reward=tf.Variable(tf.zeros((buffer_size,)), trainable=False),
            next_observation=tf.Variable(tf.zeros((buffer_size, 4)), trainable=False),
            terminated=tf.Variable(tf.zeros((buffer_size,), tf.bool), trainable=False),
        )
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def add(self, transition):
        n = len(transition.action)
        rows = tf.constant((self.position + np.arange(n)) % self.buffer_size)
        for name in Batch._fields:
            variable = getattr(self.store, name)
            variable.scatter_update(tf.IndexedSlices(tf.cast(getattr(transition, name), variable.dtype), rows))
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        tf.debugging.assert_less_equal(batch_size, self.size)
        rows = tf.random.shuffle(tf.range(self.size))[:batch_size]
        return Batch(*(tf.gather(variable, rows).numpy() for variable in self.store))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        dense = keras.layers.Dense
        self.hidden_layers = [dense(128, tf.nn.relu, kernel_initializer="glorot_uniform") for _ in range(n_hidden_layers)]
        self.output_layer = dense(n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    @tf.function(reduce_retracing=True)
    def _best(self, observation):
        return tf.argmax(self(observation), axis=1, output_type=tf.int32)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self._best(tf.convert_to_tensor(observation, tf.float32)).numpy()

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
    fraction = tf.clip_by_value(step / steps, 0.0, 1.0)
    return float(start + (end - start) * fraction)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    greedy = tf.argmax(values, axis=1, output_type=tf.int32)
    uniform = tf.random.uniform((n,), maxval=n_actions, dtype=tf.int32)
    coin = tf.random.uniform((n,)) < epsilon
    return tf.where(coin, uniform, greedy).numpy()
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    bootstrap = tf.reduce_max(target_net(next_observation), axis=-1)
    bootstrap = tf.where(terminated, tf.zeros_like(bootstrap), bootstrap)
    return tf.stop_gradient(reward + tf.cast(gamma, tf.float32) * bootstrap)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    choice = tf.argmax(net(next_observation), axis=-1)
    mask = tf.one_hot(choice, target_net.n_actions, on_value=True, off_value=False)
    bootstrap = tf.boolean_mask(target_net(next_observation), mask)
    return tf.stop_gradient(tf.where(terminated, reward, reward + gamma * bootstrap))
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = tf.reduce_sum(net(observation) * tf.one_hot(action, net.n_actions), axis=-1)
    per_step = keras.losses.Huber(reduction="none")(targets[:, tf.newaxis], q[:, tf.newaxis])
    return tf.reduce_mean(per_step)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tf.nest.map_structure(lambda a, b: a.assign(b.value), list(target_net.variables), list(net.variables))
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate, epsilon=1e-5)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(
            self.gradient_step,
            input_signature=[
                tf.TensorSpec((None, 4), tf.float32),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None,), tf.float32),
                tf.TensorSpec((None, 4), tf.float32),
                tf.TensorSpec((None,), tf.bool),
            ],
        )
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
            tape.watch([v.value for v in variables])
            if s.double:
                targets = double_dqn_targets(self.net, self.target_net, reward, next_observation, terminated, s.gamma)
            else:
                targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
        gradients = tape.gradient(loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        self.optimizer.apply(gradients, variables)
        return tf.identity(loss)

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
            if tf.equal(tf.math.floormod(self.batches, s.target_update_freq), 0):
                transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    keras.saving.save_model(net, path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.saving.load_model(path, safe_mode=True)
