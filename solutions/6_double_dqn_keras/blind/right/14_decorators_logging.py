# writer: an engineer with decorators, logging and a tiny metrics dictionary
# %% memory
import functools
import logging
import time

log = logging.getLogger("double_dqn")
seconds = {}


def timed(function):
    """Add up the seconds spent in a function."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        begin = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            name = function.__qualname__
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - begin

    return wrapper


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
        self.store = None  # made when the first transition arrives
        self.position = self.size = 0

    def __len__(self):
        return self.size

    @timed
    def add(self, transition):
        new = [np.asarray(getattr(transition, name)) for name in Batch._fields]
        if self.store is None:
            self.store = Batch(*(np.zeros((self.buffer_size, *a.shape[1:]), a.dtype) for a in new))
            log.debug("made a buffer for %d steps", self.buffer_size)
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.buffer_size
        for array, values in zip(self.store, new):
            array[rows] = values
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    @timed
    def sample(self, batch_size):
        if batch_size > self.size:
            log.error("%d steps wanted, %d there", batch_size, self.size)
            raise ValueError("not enough steps in the buffer")
        rows = random.sample(range(self.size), batch_size)
        batch = Batch(*(array[rows] for array in self.store))
        return batch._replace(reward=batch.reward.astype(np.float32))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [
            keras.layers.Dense(128, activation="relu", kernel_initializer="he_uniform")
            for _ in range(n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(
            n_actions, kernel_initializer=keras.initializers.RandomUniform(-0.01, 0.01)
        )

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return np.argmax(self.predict_on_batch(observation), axis=1)

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
@functools.lru_cache(maxsize=None)
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return start + (end - start) * min(step / steps, 1.0)
# %% act
@timed
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    explore = np.random.binomial(1, epsilon, n) == 1
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
# %% targets
def without_gradient(function):
    """No gradient flows through the result of the function."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return tf.nest.map_structure(keras.ops.stop_gradient, function(*args, **kwargs))

    return wrapper


@without_gradient
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.where(terminated, reward, reward + gamma * next_value)
# %% double_targets
@without_gradient
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.where(terminated, reward, reward + gamma * value)
# %% loss
huber = keras.losses.Huber()


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    return huber(targets, tf.gather(net(observation), action, batch_dims=1))
# %% copy
@timed
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
        log.info("agent with %s", s)
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
            if self.batches % s.target_update_freq == 0:
                log.debug("transfer after batch %d", self.batches)
                transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    log.info("saving to %s", path)
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    log.info("loading %s", path)
    return keras.models.load_model(path)
