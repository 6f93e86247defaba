# writer: a functional programmer: reduce, partial, lambdas, closures
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A list of rows: the newest come last, the oldest are cut off."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.rows = []

    __len__ = lambda self: len(self.rows)

    def add(self, transition):
        new = list(zip(*(getattr(transition, name) for name in Batch._fields)))
        self.rows = (self.rows + new)[-self.buffer_size :]

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        return Batch(*map(np.array, zip(*random.sample(self.rows, batch_size))))
# %% network
from functools import partial, reduce


@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = list(map(lambda _: keras.layers.Dense(128, activation="relu"), range(n_hidden_layers)))
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        return self.output_layer(reduce(lambda value, layer: layer(value), self.hidden_layers, x))

    act = lambda self, observation: np.argmax(self.predict_on_batch(observation), axis=-1)

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
    scores = np.where(np.random.rand(n, 1) < epsilon, np.random.rand(n, n_actions), values)
    return scores.argmax(axis=1)
# %% targets
td_targets = lambda target_net, reward, next_observation, terminated, gamma: keras.ops.stop_gradient(
    keras.ops.where(
        terminated, reward, reward + gamma * keras.ops.max(target_net(next_observation), axis=1)
    )
)
# %% double_targets
double_dqn_targets = lambda net, target_net, reward, next_observation, terminated, gamma: keras.ops.stop_gradient(
    keras.ops.where(
        terminated,
        reward,
        reward
        + gamma
        * (lambda q, choice: tf.gather(q, choice, axis=1, batch_dims=1))(
            target_net(next_observation), keras.ops.argmax(net(next_observation), axis=1)
        ),
    )
)
# %% loss
huber_of = lambda e: keras.ops.where(keras.ops.abs(e) <= 1, keras.ops.square(e) / 2, keras.ops.abs(e) - 0.5)
q_loss = lambda net, observation, action, targets: keras.ops.mean(
    huber_of(targets - tf.gather(net(observation), action, batch_dims=1))
)
# %% copy
transfer_weights = lambda target_net, net: [a.assign(b) for a, b in zip(target_net.weights, net.weights)] and None
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = (lambda twin: (transfer_weights(twin, self.net), twin)[1])(new_network(s.n_hidden_layers))
        self.targets_of = {
            True: partial(double_dqn_targets, self.net, self.target_net),
            False: partial(td_targets, self.target_net),
        }[bool(s.double)]
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
            targets = self.targets_of(reward, next_observation, terminated, s.gamma)
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
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            self.batches % s.target_update_freq or transfer_weights(self.target_net, self.net)
# %% agent
make_agent = lambda: DoubleDQNAgent(Settings())
# %% save
save_network = lambda net, path: net.save(path)
load_network = lambda path: keras.models.load_model(path)
