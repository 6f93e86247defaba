# writer: a data engineer with one structured NumPy table
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """One table with `buffer_size` rows."""

    columns = [
        ("observation", "f4", (4,)),
        ("action", "i8"),
        ("reward", "f4"),
        ("next_observation", "f4", (4,)),
        ("terminated", "?"),
    ]

    def __init__(self, buffer_size):
        self.table = np.zeros(buffer_size, dtype=self.columns)
        self.written = 0

    def __len__(self):
        return min(self.written, self.table.size)

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        new = np.zeros(n, dtype=self.columns)
        for name in new.dtype.names:
            new[name] = getattr(transition, name)
        rows = np.arange(self.written, self.written + n) % self.table.size
        self.table[rows] = new
        self.written += n

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        rows = np.argsort(np.random.rand(len(self)))
        if batch_size > len(rows):
            raise ValueError(f"{batch_size} > {len(rows)}")
        drawn = self.table[rows[:batch_size]]
        return Batch(*(np.ascontiguousarray(drawn[name]) for name in Batch._fields))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        names = [f"hidden_{number}" for number in range(1, n_hidden_layers + 1)]
        self.hidden_layers = [keras.layers.Dense(128, activation="relu", name=name) for name in names]
        self.output_layer = keras.layers.Dense(n_actions, activation="linear", name="q_values")

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q = self.predict_on_batch(observation)
        return np.argsort(-q, axis=1, kind="stable")[:, 0]

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
    return float(np.interp(step, [0, steps], [start, end]))
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    choice = np.column_stack([values.argmax(axis=1), np.random.randint(n_actions, size=n)])
    explores = (np.random.rand(n) < epsilon).astype(int)
    return choice[np.arange(n), explores]
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    q = target_net(next_observation)
    largest = keras.ops.sort(q, axis=1)[:, -1]
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * largest))
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    q, target_q = net(next_observation), target_net(next_observation)
    width = keras.ops.shape(target_q)[1]
    flat = keras.ops.reshape(target_q, (-1,))
    best = keras.ops.cast(keras.ops.argmax(q, axis=1), "int32")
    index = keras.ops.arange(keras.ops.shape(q)[0], dtype="int32") * width + best
    value = keras.ops.take(flat, index)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    width = keras.ops.shape(q)[1]
    index = keras.ops.arange(keras.ops.shape(q)[0], dtype="int32") * width
    index = index + keras.ops.cast(action, "int32")
    chosen = keras.ops.take(keras.ops.reshape(q, (-1,)), index)
    return keras.losses.Huber()(targets, chosen)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights(net.get_weights())
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
            what_followed = {
                "reward": reward,
                "next_observation": next_observation,
                "terminated": terminated,
                "gamma": s.gamma,
            }
            if s.double:
                targets = double_dqn_targets(net=self.net, target_net=self.target_net, **what_followed)
            else:
                targets = td_targets(target_net=self.target_net, **what_followed)
            loss = q_loss(net=self.net, observation=observation, action=action, targets=targets)
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
                transfer_weights(target_net=self.target_net, net=self.net)
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
    return keras.saving.load_model(path)
