# writer: someone with module constants, own random.Random and a list as ring
# %% memory
DICE = random.Random()


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


DTYPES = (np.float32, np.int64, np.float32, np.float32, bool)


class ReplayBuffer:
    """A list of at most `buffer_size` steps, used as a ring."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.steps = []
        self.next = 0

    def __len__(self):
        return len(self.steps)

    def add(self, transition):
        for row in range(len(transition.action)):
            step = [getattr(transition, name)[row] for name in Batch._fields]
            if len(self.steps) < self.buffer_size:
                self.steps.append(step)
            else:
                self.steps[self.next] = step
            self.next = (self.next + 1) % self.buffer_size

    def sample(self, batch_size):
        drawn = DICE.sample(self.steps, batch_size)
        return Batch(*(np.array(part, dtype) for part, dtype in zip(zip(*drawn), DTYPES)))
# %% network
UNITS = 128
ACTIVATION = "relu"


@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [keras.layers.Dense(UNITS, ACTIVATION) for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(axis=1)

    def get_config(self):
        """The arguments to build such a model again; needed for saving it."""
        config = super().get_config()
        config["n_actions"] = self.n_actions
        config["n_hidden_layers"] = self.n_hidden_layers
        return config


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net.build((None, 4))
    net(np.zeros((1, 4), np.float32))
    return net
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    slope = (end - start) / steps
    return start + slope * min(step, steps)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.array(
        [
            DICE.randrange(n_actions) if DICE.random() < epsilon else best
            for best in values.argmax(axis=1)
        ],
        dtype=np.int64,
    )
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    alive = keras.ops.where(terminated, 0.0, 1.0)
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.stop_gradient(reward + gamma * alive * next_value)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    alive = keras.ops.where(terminated, 0.0, 1.0)
    best = keras.ops.argmax(net(next_observation), axis=1)
    next_value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.stop_gradient(reward + gamma * alive * next_value)
# %% loss
DELTA = 1.0


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    error = tf.gather(net(observation), action, batch_dims=1) - targets
    size = tf.abs(error)
    quadratic = 0.5 * error * error
    linear = DELTA * (size - 0.5 * DELTA)
    return tf.reduce_mean(tf.where(size <= DELTA, quadratic, linear))
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
            if s.double:
                targets = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
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
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            if self.batches % s.target_update_freq == 0:
                transfer_weights(self.target_net, self.net)
# %% agent
RECOMMENDED = Settings()


def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(RECOMMENDED)
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
