# writer: a reader of van Hasselt's paper: theta, theta-minus, Y_t; everything by its symbols
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """D: experiences (S, A, R, S', end), the oldest are dropped."""

    def __init__(self, buffer_size):
        self.N = buffer_size
        self.D = []
        self.oldest = 0

    def __len__(self):
        return len(self.D)

    def add(self, transition):
        for e in zip(*(getattr(transition, field) for field in Batch._fields)):
            if len(self.D) < self.N:
                self.D.append(e)
            else:
                self.D[self.oldest] = e
                self.oldest = (self.oldest + 1) % self.N

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if len(self.D) < batch_size:
            raise IndexError(f"the buffer holds only {len(self.D)} steps")
        # partial Fisher-Yates on the indices
        index = np.arange(len(self.D))
        for i in range(batch_size):
            j = np.random.randint(i, len(index))
            index[i], index[j] = index[j], index[i]
        chosen = [self.D[i] for i in index[:batch_size]]
        return Batch(*(np.array(column) for column in zip(*chosen)))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        phi = x
        for theta in self.hidden_layers:
            phi = theta(phi)
        return self.output_layer(phi)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        Q = self.predict_on_batch(observation)
        return np.array([max(range(self.n_actions), key=lambda a: q[a]) for q in Q])

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
    return max(end, start - (start - end) / steps * step)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.array(
        [np.random.randint(n_actions) if np.random.rand() < epsilon else int(q.argmax()) for q in values],
        dtype=np.int32,
    )
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    theta_minus = target_net
    Y = reward + gamma * keras.ops.max(theta_minus(next_observation), axis=1) * tf.cast(
        tf.logical_not(terminated), tf.float32
    )
    return keras.ops.stop_gradient(Y)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    theta, theta_minus = net, target_net
    a_star = keras.ops.argmax(theta(next_observation), axis=1)
    b = keras.ops.arange(keras.ops.shape(a_star)[0], dtype=a_star.dtype)
    Q = tf.gather_nd(theta_minus(next_observation), tf.stack([b, a_star], axis=1))
    Y = tf.where(terminated, reward, reward + gamma * Q)
    return tf.stop_gradient(Y)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    Q = tf.gather(net(observation), action, axis=1, batch_dims=1)
    delta = targets - Q
    quadratic = keras.ops.minimum(keras.ops.abs(delta), 1.0)
    linear = keras.ops.abs(delta) - quadratic
    return keras.ops.mean(0.5 * quadratic**2 + linear)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    theta = net.get_weights()
    for theta_minus, new in zip(target_net.weights, theta):
        theta_minus.assign(new)
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)  # theta-minus
        transfer_weights(self.target_net, self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate, epsilon=1e-6)
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
            Y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            if s.double:  # equation 4 instead of equation 3
                Y = double_dqn_targets(self.net, self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, Y)
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
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(str(path))


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(str(path), compile=False)
