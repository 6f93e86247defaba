# writer: minimalist who hates repetition: one shared core for both targets, dict store, generators, closures, logging
# %% memory
import itertools
import logging

log = logging.getLogger("double_dqn")


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A dictionary from the number of a step to the step; old numbers are deleted."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.store = {}
        self.count = itertools.count()
        self.newest = -1

    def __len__(self):
        return len(self.store)

    def _rows(self, transition):
        fields = [getattr(transition, name) for name in Batch._fields]
        yield from zip(*fields)

    def add(self, transition):
        """Store the n rows of one transition; delete the oldest if there is no room."""
        for row in self._rows(transition):
            self.newest = next(self.count)
            self.store[self.newest] = row
            self.store.pop(self.newest - self.buffer_size, None)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        try:
            keys = random.sample(
                range(self.newest + 1 - len(self.store), self.newest + 1), batch_size
            )
        except ValueError:
            log.warning("%d steps wanted, %d there", batch_size, len(self.store))
            raise
        return Batch(*map(np.stack, zip(*(self.store[key] for key in keys))))

# %% network
class _Learned:
    def q_values(self, observation):
        return self.predict_on_batch(observation)


@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model, _Learned):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, *, units=128, **keywords):
        super().__init__(**keywords)
        self.n_actions, self.n_hidden_layers, self.units = n_actions, n_hidden_layers, units
        hidden = keras.layers.Dense(units, activation="relu").get_config()
        del hidden["name"]
        self.hidden_layers = [keras.layers.Dense.from_config(hidden) for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        *_, q = itertools.accumulate(
            (*self.hidden_layers, self.output_layer), lambda y, layer: layer(y), initial=x
        )
        return q

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.q_values(observation).argmax(1).astype(np.int8)

    def get_config(self):
        """The arguments to build such a model again; needed for saving it."""
        mine = ("n_actions", "n_hidden_layers", "units")
        return {**super().get_config(), **{name: getattr(self, name) for name in mine}}


def new_network(n_hidden_layers=2, n_actions=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=n_actions, n_hidden_layers=n_hidden_layers)
    net(np.zeros((1, 4), np.float32))
    return net

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp([step], xp=[0, steps], fp=[start, end])[0]

# %% act
def select_action(net, observation, epsilon, *, generator=np.random):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    if epsilon <= 0:
        return values.argmax(axis=1)
    # two more decimals of the same number: below epsilon, u / epsilon is uniform again
    u = generator.uniform(size=n)
    wild = np.minimum((u / epsilon * n_actions).astype(np.int64), n_actions - 1)
    return np.choose(u < epsilon, [values.argmax(axis=1), wild])

# %% targets
def _bootstrapped(chooser, evaluator):
    """Return a function of the steps: the targets when one chooses and one evaluates."""

    def targets(reward, next_observation, terminated, gamma):
        best = tf.argmax(chooser(next_observation), axis=1)
        value = tf.gather(evaluator(next_observation), best, batch_dims=1)
        return tf.stop_gradient(tf.where(terminated, reward, reward + gamma * value))

    return targets


def td_targets(target_net, reward, next_observation, terminated, gamma=0.99):
    """DQN: the same network chooses and evaluates."""
    return _bootstrapped(target_net, target_net)(reward, next_observation, terminated, gamma)

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma=0.99):
    """Double DQN: one chooses, the other one evaluates."""
    return _bootstrapped(net, target_net)(reward, next_observation, terminated, gamma)

# %% loss
def q_loss(net, observation, action, targets, *, measure=keras.losses.Huber(name="huber")):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    is_taken = tf.equal(
        tf.range(tf.shape(q)[1])[tf.newaxis, :], tf.cast(action, tf.int32)[:, tf.newaxis]
    )
    return measure(targets, tf.boolean_mask(q, is_taken))

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights(weights := net.get_weights())
    log.debug("%d arrays transferred", len(weights))
    return target_net

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    network_kind = staticmethod(new_network)
    optimizer_kind = keras.optimizers.Adam

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.target_net = self.network_kind(s.n_hidden_layers)
        self.net = self.network_kind(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        self.optimizer = self.optimizer_kind(s.learning_rate, amsgrad=True)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(
            self.gradient_step,
            input_signature=[
                tf.TensorSpec((None, 4), tf.float32),
                tf.TensorSpec((None,), tf.int64),
                tf.TensorSpec((None,), tf.float32),
                tf.TensorSpec((None, 4), tf.float32),
                tf.TensorSpec((None,), tf.bool),
            ],
        )
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        probability = explore and epsilon(
            self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay
        )
        return select_action(self.net, observation, probability)

    def _loss(self, observation, action, *what_followed):
        s = self.settings
        networks = (self.net, self.target_net)[0 if s.double else 1 :]
        targets_of = double_dqn_targets if s.double else td_targets
        return q_loss(
            self.net, observation, action, targets_of(*networks, *what_followed, s.gamma)
        )

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        with tf.GradientTape(persistent=True) as tape:
            loss = self._loss(observation, action, reward, next_observation, terminated)
        variables = self.net.trainable_variables
        gradients = [tape.gradient(loss, variable) for variable in variables]
        del tape
        self.optimizer.apply(gradients, variables)
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        kinds = (tf.float32, tf.int64, tf.float32, tf.float32, tf.bool)
        batch = self.buffer.sample(s.batch_size)
        batch = batch._replace(reward=s.reward_scale * batch.reward)
        self.compiled_step(*(tf.cast(array, kind) for array, kind in zip(batch, kinds)))
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        self.buffer.add(transition)
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            self.batches % s.target_update_freq or transfer_weights(self.target_net, self.net)

# %% agent
def make_agent(kind=DoubleDQNAgent, **changes):
    """Return a new, untrained agent."""
    return kind(Settings(**changes))

# %% save
import os


def save_network(net, path, **options):
    """Write the whole model into a file."""
    net.save(os.fspath(path), **options)


def load_network(path):
    """Return the model that was written into the file."""
    registered = keras.saving.get_registered_object("course>DQN") or DQN
    return keras.saving.load_model(os.fspath(path), {"DQN": registered})
