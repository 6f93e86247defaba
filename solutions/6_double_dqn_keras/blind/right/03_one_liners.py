# writer: a fan of one-liners
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
        rows = (self.position + np.arange(n)) % self.buffer_size
        [a.__setitem__(rows, getattr(transition, f)) for f, a in self.store._asdict().items()]
        self.position, self.size = (self.position + n) % self.buffer_size, min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        return (lambda rows: Batch(*(a[rows] for a in self.store)))(random.sample(range(self.size), batch_size))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers, self.output_layer = [keras.layers.Dense(128, "relu") for _ in range(n_hidden_layers)], keras.layers.Dense(n_actions)

    def call(self, x):
        return self.output_layer([x := layer(x) for layer in self.hidden_layers][-1])

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(1)

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
epsilon = lambda step, start, end, steps: start + (end - start) * min(step / steps, 1)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), values.argmax(1))
# %% targets
td_targets = lambda target_net, reward, next_observation, terminated, gamma: tf.stop_gradient(tf.where(terminated, reward, reward + gamma * tf.reduce_max(target_net(next_observation), 1)))
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    return tf.stop_gradient(tf.where(terminated, reward, reward + gamma * tf.gather(target_net(next_observation), tf.argmax(net(next_observation), 1), batch_dims=1)))
# %% loss
q_loss = lambda net, observation, action, targets: keras.losses.Huber()(targets, tf.gather(net(observation), action, batch_dims=1))
# %% copy
transfer_weights = lambda target_net, net: target_net.set_weights(net.get_weights())
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers); transfer_weights(self.target_net, self.net)
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
            targets = double_dqn_targets(self.net, self.target_net, reward, next_observation, terminated, s.gamma) if s.double else td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
        return self.optimizer.apply(tape.gradient(loss, variables), variables) or loss

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
        len(self.buffer) >= s.min_replay_size and (self.learn(), self.batches % s.target_update_freq or transfer_weights(self.target_net, self.net))
# %% agent
make_agent = lambda: DoubleDQNAgent(Settings())
# %% save
save_network = lambda net, path: net.save(path)
load_network = keras.models.load_model
