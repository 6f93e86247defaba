# writer: a C programmer: indices, preallocated arrays, augmented assignments, partial Fisher-Yates shuffle
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
        i = 0
        while i < n:
            p = self.position
            self.store.observation[p] = transition.observation[i]
            self.store.action[p] = transition.action[i]
            self.store.reward[p] = transition.reward[i]
            self.store.next_observation[p] = transition.next_observation[i]
            self.store.terminated[p] = transition.terminated[i]
            p += 1
            self.position = 0 if p == self.buffer_size else p
            self.size += 1 if self.size < self.buffer_size else 0
            i += 1

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > self.size:
            raise ValueError
        # the first batch_size swaps of a Fisher-Yates shuffle
        order = list(range(self.size))
        for i in range(batch_size):
            j = i + int((self.size - i) * random.random())
            order[i], order[j] = order[j], order[i]
        rows = order[:batch_size]
        return Batch(*(array[rows] for array in self.store))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        hidden = [None] * n_hidden_layers
        for i in range(n_hidden_layers):
            hidden[i] = keras.layers.Dense(128, activation="relu")
        self.hidden_layers = hidden  # only now: Keras does not notice an assignment to an item
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        i = 0
        while i < self.n_hidden_layers:
            x = self.hidden_layers[i](x)
            i += 1
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q = self.predict_on_batch(observation)
        best = np.zeros(len(q), dtype=np.int32)
        for a in range(1, q.shape[1]):
            better = q[:, a] > q[np.arange(len(q)), best]
            best[better] = a
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
    p = start
    p += (end - start) * (step if step < steps else steps) / steps
    return p
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.empty(n, dtype=np.int64)
    values.argmax(axis=1, out=actions)
    for i in range(n):
        if np.random.rand() < epsilon:
            actions[i] = np.random.randint(n_actions)
    return actions
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    y = keras.ops.max(target_net(next_observation), axis=1)
    y *= gamma
    y *= 1.0 - keras.ops.cast(terminated, "float32")
    y += reward
    return keras.ops.stop_gradient(y)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    y = tf.gather(
        target_net(next_observation), keras.ops.argmax(net(next_observation), axis=1), batch_dims=1
    )
    y *= gamma
    y *= 1.0 - keras.ops.cast(terminated, "float32")
    y += reward
    return keras.ops.stop_gradient(y)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    e = tf.gather(net(observation), action, batch_dims=1)
    e -= targets
    c = tf.clip_by_value(e, -1.0, 1.0)
    return tf.reduce_mean(c * (e - 0.5 * c))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for i in range(len(net.weights)):
        target_net.weights[i].assign(net.weights[i])
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
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
            if s.double:
                targets = double_dqn_targets(self.net, self.target_net, reward, next_observation, terminated, s.gamma)
            else:
                targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
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
        if self.buffer.size >= s.min_replay_size:
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
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
