# writer: somebody who optimises for speed: slices instead of index arrays, Generator without shuffling, no copies, fused TensorFlow calls
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
        start = 0
        while start < n:  # once, or twice where the ring closes
            count = min(n - start, self.buffer_size - self.position)
            here = slice(self.position, self.position + count)
            there = slice(start, start + count)
            self.store.observation[here] = transition.observation[there]
            self.store.action[here] = transition.action[there]
            self.store.reward[here] = transition.reward[there]
            self.store.next_observation[here] = transition.next_observation[there]
            self.store.terminated[here] = transition.terminated[there]
            self.position = (self.position + count) % self.buffer_size
            start += count
        self.size = min(self.size + n, self.buffer_size)

    _generator = np.random.default_rng()

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        rows = self._generator.choice(self.size, batch_size, replace=False, shuffle=False)
        return Batch(*[array.take(rows, axis=0) for array in self.store])

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = []
        for _ in range(n_hidden_layers):
            self.hidden_layers.append(keras.layers.Dense(units=128, activation="relu"))
        self.output_layer = keras.layers.Dense(units=n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(axis=1)

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
    return end if step >= steps else start - (start - end) * step / steps

# %% act
_generator = np.random.default_rng()


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    # One uniform number for both: below epsilon it also says which random action.
    uniform = _generator.random(n)
    if epsilon <= 0:
        return values.argmax(axis=1)
    anything = np.minimum(uniform * (n_actions / epsilon), n_actions - 1).astype(np.int64)
    return np.where(uniform < epsilon, anything, values.argmax(axis=1))

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    bootstrap = tf.where(terminated, tf.zeros_like(reward), gamma)
    return tf.stop_gradient(reward + bootstrap * tf.reduce_max(target_net(next_observation), axis=1))

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = tf.argmax(net(next_observation), axis=1, output_type=tf.int32)
    value = tf.gather(target_net(next_observation), best, batch_dims=1)
    bootstrap = tf.where(terminated, tf.zeros_like(reward), gamma)
    return tf.stop_gradient(reward + bootstrap * value)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    error = tf.abs(tf.gather(net(observation), action, batch_dims=1) - targets)
    clipped = tf.minimum(error, 1.0)
    return tf.reduce_mean(clipped * (error - 0.5 * clipped))

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for receiver, giver in zip(target_net.weights, net.weights):
        receiver.assign(giver.value)

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        self.target_net.trainable = False
        transfer_weights(self.target_net, self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step, reduce_retracing=True)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        if not explore:
            return self.net.act(observation)
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        return select_action(self.net, observation, probability)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        s = self.settings
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            with tape.stop_recording():
                if s.double:
                    targets = double_dqn_targets(
                        self.net, self.target_net, reward, next_observation, terminated, s.gamma
                    )
                else:
                    targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
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
        if self.batches or len(self.buffer) >= s.min_replay_size:
            self.learn()
            if not self.batches % s.target_update_freq:
                transfer_weights(self.target_net, self.net)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())

# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path, overwrite=True)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path, compile=False)
