# writer: a NumPy virtuoso: structured array, float64 rewards, permutations, einsum
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A ring buffer of the last `buffer_size` steps, in one structured array."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.ring = np.zeros(
            buffer_size,
            [
                ("observation", np.float32, (4,)),
                ("action", np.int32),
                ("reward", np.float64),
                ("next_observation", np.float32, (4,)),
                ("terminated", bool),
            ],
        )
        self.added = 0
        self.generator = np.random.default_rng()

    def __len__(self):
        return min(self.added, self.buffer_size)

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = np.arange(self.added, self.added + n) % self.buffer_size
        for name in self.ring.dtype.names:
            self.ring[name][rows] = getattr(transition, name)
        self.added += n

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        rows = self.generator.choice(len(self), batch_size, replace=False, shuffle=False)
        return Batch(*(self.ring[name][rows] for name in Batch._fields))
# %% network
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
        for layer in (*self.hidden_layers, self.output_layer):
            x = layer(x)
        return x

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
    pi = np.full((n, n_actions), epsilon / n_actions)
    pi[np.arange(n), values.argmax(1)] += 1.0 - epsilon
    cdf = pi.cumsum(1)
    cdf[:, -1] = 1.0
    return np.count_nonzero(np.random.rand(n, 1) >= cdf, axis=1).astype(np.uint8)
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    value = tf.cast(keras.ops.sort(target_net(next_observation), axis=-1)[:, -1], tf.float64)
    y = tf.cast(reward, tf.float64) + gamma * tf.cast(~terminated, tf.float64) * value
    return tf.stop_gradient(tf.cast(y, tf.float32))
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    table, learner = target_net(next_observation), net(next_observation)
    chosen = keras.ops.one_hot(keras.ops.argmax(learner, axis=-1), table.shape[-1])
    value = keras.ops.einsum("ba,ba->b", chosen, table)
    goes_on = keras.ops.cast(keras.ops.logical_not(terminated), "float32")
    return keras.ops.stop_gradient(keras.ops.cast(reward, "float32") + gamma * goes_on * value)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    error = keras.ops.einsum("ba,ba->b", q, keras.ops.one_hot(action, q.shape[-1])) - keras.ops.cast(targets, "float32")
    clipped = keras.ops.clip(error, -1.0, 1.0)
    return keras.ops.mean(clipped * (error - 0.5 * clipped))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights([w.copy() for w in net.get_weights()])
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(n_hidden_layers=s.n_hidden_layers)
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
            what_followed = reward, next_observation, terminated, s.gamma
            if s.double:
                y = double_dqn_targets(self.net, self.target_net, *what_followed)
            else:
                y = td_targets(self.target_net, *what_followed)
            loss = q_loss(self.net, observation, action, y)
        self.optimizer.apply(tape.gradient(loss, variables), variables)
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
            if not np.mod(self.batches, s.target_update_freq):
                transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings(epsilon_end=0.03))
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    keras.saving.save_model(net, path, overwrite=True)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.saving.load_model(path, custom_objects={"DQN": DQN}, compile=False)
