# writer: a functional programmer with reduce, partial and nested functions
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
        rows = list(map(lambda i: (self.position + i) % self.buffer_size, range(n)))

        def write(name):
            getattr(self.store, name)[rows] = getattr(transition, name)

        list(map(write, Batch._fields))
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        rows = random.sample(range(self.size), batch_size)
        return Batch(*map(lambda array: array[rows], self.store))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        dense = lambda _: keras.layers.Dense(128, activation=keras.activations.relu)
        self.hidden_layers = list(map(dense, range(n_hidden_layers)))
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        from functools import reduce

        return self.output_layer(reduce(lambda value, layer: layer(value), self.hidden_layers, x))

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return np.apply_along_axis(np.argmax, 1, self.predict_on_batch(observation))

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
    clip = lambda share: min(max(share, 0), 1)
    between = lambda share: (1 - share) * start + share * end
    return between(clip(step / steps))
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    choose = lambda row, explores: np.random.randint(n_actions) if explores else np.argmax(row)
    return np.array(list(map(choose, values, np.random.rand(n) < epsilon)), dtype=np.int64)
# %% targets
from functools import partial


def bellman(value_of, reward, next_observation, terminated, gamma):
    y = reward + gamma * value_of(next_observation)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, y))


def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    maximum = lambda s: keras.ops.max(target_net(s), axis=1)
    return bellman(maximum, reward, next_observation, terminated, gamma)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""

    def choose(s):
        return keras.ops.argmax(net(s), axis=1)

    def evaluate(s):
        return tf.gather(target_net(s), choose(s), batch_dims=1)

    return bellman(evaluate, reward, next_observation, terminated, gamma)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    pick = partial(tf.gather, indices=action, batch_dims=1)
    return keras.losses.huber(targets, pick(net(observation)))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    list(map(lambda pair: pair[0].assign(pair[1]), zip(target_net.variables, net.variables)))
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        def same_as(net):
            twin = new_network(s.n_hidden_layers)
            transfer_weights(twin, net)
            return twin

        self.target_net = same_as(self.net)
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
            targets_of = partial(double_dqn_targets, self.net) if s.double else td_targets
            targets = targets_of(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
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

        def every(interval, function):
            if self.batches % interval == 0:
                function()

        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            every(s.target_update_freq, lambda: transfer_weights(self.target_net, self.net))
# %% agent
make_agent = partial(DoubleDQNAgent, Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    from operator import methodcaller

    methodcaller("save", path)(net)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
