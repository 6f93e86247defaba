# writer: someone with guard clauses, try/except/else and context managers
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
        rows = np.arange(self.position, self.position + n)
        np.mod(rows, self.buffer_size, out=rows)
        for name, array in zip(Batch._fields, self.store):
            array[rows] = getattr(transition, name)
        self.position = (self.position + n) % self.buffer_size
        if len(self) < self.buffer_size:
            self.size = min(len(self) + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        try:
            rows = random.sample(range(self.size), batch_size)
        except ValueError as error:
            raise ValueError(f"the buffer holds only {self.size} of {batch_size} steps") from error
        else:
            return Batch(*(array[rows] for array in self.store))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        if n_hidden_layers < 1:
            raise ValueError("at least one hidden layer")
        self.hidden_layers = [keras.layers.Dense(128, activation="relu")]
        for _ in range(1, n_hidden_layers):
            self.hidden_layers += [keras.layers.Dense(128, activation="relu")]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        first, *others = self.hidden_layers
        x = first(x)
        for layer in others:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(np.asarray(observation, np.float32)).argmax(axis=1)

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
    if step <= 0:
        return start
    if step >= steps:
        return end
    return start + (end - start) * (step / steps)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = values.argmax(axis=1)
    if epsilon == 0:
        return actions
    explore = np.random.rand(n) < epsilon
    if explore.any():
        actions[explore] = np.random.randint(n_actions, size=np.count_nonzero(explore))
    return actions
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    y = reward + gamma * keras.ops.max(target_net(next_observation), axis=1)
    y = keras.ops.where(terminated, reward, y)
    return keras.ops.stop_gradient(y)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    table = target_net(next_observation)
    best = tf.argmax(net(next_observation), axis=1, output_type=tf.int32)
    rows = tf.range(tf.shape(best)[0])
    value = tf.gather_nd(table, tf.stack([rows, best], axis=1))
    return tf.stop_gradient(tf.where(terminated, reward, reward + gamma * value))
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    rows = tf.range(tf.shape(action)[0])
    pairs = tf.stack([rows, tf.cast(action, tf.int32)], axis=1)
    chosen = tf.gather_nd(net(observation), pairs)
    return keras.losses.Huber()(targets, chosen)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    try:
        target_net.set_weights(net.get_weights())
    except ValueError as error:
        raise ValueError("the networks do not have the same layers") from error
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
        if len(self.buffer) < s.min_replay_size:
            return
        self.learn()
        if self.batches % s.target_update_freq:
            return
        transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    try:
        net.save(path)
    except OSError as error:
        raise OSError(f"cannot write {path}") from error


def load_network(path):
    """Return the model that was written into the file."""
    try:
        return keras.models.load_model(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no network in {path}") from error
