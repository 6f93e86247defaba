# writer: functional programmer, deque of rows, reduce, partial, walrus, lambdas
# %% memory
from collections import deque
from operator import attrgetter


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer(deque):
    """The buffer IS a deque: one element per step, the oldest falls out by itself."""

    KINDS = (np.float32, np.int64, np.float32, np.float32, bool)

    def __init__(self, buffer_size):
        super().__init__(maxlen=buffer_size)
        self.buffer_size = buffer_size

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        self.extend(zip(*attrgetter(*Batch._fields)(transition)))

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        columns = zip(*random.sample(self, batch_size))
        return Batch(*(np.array(c, dtype=kind) for c, kind in zip(columns, self.KINDS)))

# %% network
from functools import reduce


@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [
            keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        return reduce(lambda h, layer: layer(h), [*self.hidden_layers, self.output_layer], x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(axis=-1)

    def get_config(self):
        """The arguments to build such a model again; needed for saving it."""
        return super().get_config() | {
            "n_actions": self.n_actions,
            "n_hidden_layers": self.n_hidden_layers,
        }


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    (net := DQN(n_actions=2, n_hidden_layers=n_hidden_layers))(np.zeros((1, 4), np.float32))
    return net

# %% epsilon
epsilon = lambda step, start, end, steps: start + (end - start) * min(1.0, step / steps)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.array(
        [
            random.randrange(n_actions) if random.random() < epsilon else row.argmax()
            for row in values
        ],
        dtype=np.int64,
    )

# %% targets
td_targets = lambda target_net, reward, next_observation, terminated, gamma: tf.stop_gradient(
    tf.where(
        terminated, reward, reward + gamma * tf.reduce_max(target_net(next_observation), axis=-1)
    )
)

# %% double_targets
double_dqn_targets = (
    lambda net, target_net, reward, next_observation, terminated, gamma: tf.stop_gradient(
        tf.where(
            terminated,
            reward,
            reward
            + gamma
            * tf.gather(
                target_net(next_observation),
                tf.argmax(net(next_observation), axis=-1),
                batch_dims=1,
            ),
        )
    )
)

# %% loss
from functools import partial


def _huber_of_table(table, action, targets):
    return keras.losses.huber(targets, tf.gather(table, action, batch_dims=1))


q_loss = lambda net, observation, action, targets: partial(_huber_of_table, net(observation))(
    action, targets
)

# %% copy
transfer_weights = lambda target_net, net: target_net.set_weights(net.get_weights())

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net, self.target_net = (new_network(s.n_hidden_layers) for _ in range(2))
        transfer_weights(self.target_net, self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned
        self.targets_of = (
            partial(double_dqn_targets, self.net, self.target_net)
            if s.double
            else partial(td_targets, self.target_net)
        )

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        return select_action(self.net, observation, probability if explore else 0.0)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            targets = self.targets_of(reward, next_observation, terminated, self.settings.gamma)
            loss = q_loss(self.net, observation, action, targets)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        batch = self.buffer.sample(s.batch_size)
        batch = batch._replace(reward=s.reward_scale * batch.reward)
        self.compiled_step(*map(tf.convert_to_tensor, batch))
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        self.buffer.add(transition)
        if len(self.buffer) < s.min_replay_size:
            return
        self.learn()
        if not self.batches % s.target_update_freq:
            transfer_weights(self.target_net, self.net)

# %% agent
make_agent = lambda: DoubleDQNAgent(Settings())

# %% save
save_network = lambda net, path: net.save(path)
load_network = lambda path: keras.models.load_model(path)
