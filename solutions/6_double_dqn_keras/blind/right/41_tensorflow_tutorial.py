# writer: learned from the TensorFlow tutorials: tf.* functions instead of keras.ops, one_hot masks, gather_nd, assign
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
        rows = (self.position + tf.range(n).numpy()) % self.buffer_size
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if self.size < batch_size:
            raise ValueError(f"{batch_size} steps wanted, but the buffer holds only {self.size}.")
        rows = tf.random.shuffle(tf.range(self.size))[:batch_size].numpy()
        return Batch(*(array[rows] for array in self.store))

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [
            keras.layers.Dense(128, activation=tf.nn.relu, name=f"hidden_{number}")
            for number in range(n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(n_actions, activation=None, name="q_values")

    def call(self, x):
        for dense in self.hidden_layers:
            x = dense(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return tf.argmax(self(tf.cast(observation, tf.float32)), axis=1).numpy()

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
    schedule = keras.optimizers.schedules.PolynomialDecay(float(start), steps, float(end), power=1.0)
    return float(schedule(min(step, steps)))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    explore = tf.random.uniform((n,)).numpy() < epsilon
    anything = tf.random.uniform((n,), maxval=n_actions, dtype=tf.int64)
    return tf.where(explore, anything, tf.argmax(values, axis=1)).numpy()

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = tf.reduce_max(target_net(next_observation), axis=-1)
    return tf.stop_gradient(reward + gamma * next_value * tf.cast(~terminated, tf.float32))

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = tf.argmax(net(next_observation), axis=-1)
    chosen = tf.one_hot(best, net.n_actions)
    next_value = tf.reduce_sum(chosen * target_net(next_observation), axis=-1)
    return tf.stop_gradient(tf.where(terminated, reward, reward + gamma * next_value))

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    action = tf.cast(action, tf.int32)
    indices = tf.stack([tf.range(tf.shape(action)[0]), action], axis=1)
    chosen = tf.gather_nd(values, indices)
    huber_loss = keras.losses.Huber()
    return huber_loss(y_true=targets, y_pred=chosen)

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_variable, variable in zip(target_net.trainable_variables, net.trainable_variables):
        target_variable.assign(variable.numpy())

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
            steps = (reward, next_observation, terminated, s.gamma)
            if s.double:
                targets = double_dqn_targets(self.net, self.target_net, *steps)
            else:
                targets = td_targets(self.target_net, *steps)
            loss = q_loss(self.net, observation, action, targets)
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))
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
    return DoubleDQNAgent()

# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    keras.saving.save_model(net, path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.saving.load_model(path)
