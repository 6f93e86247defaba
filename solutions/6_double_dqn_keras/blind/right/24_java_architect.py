# writer: a Java architect: strategies, properties, private members, factories
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class NotEnoughStepsError(Exception):
    """The buffer holds fewer steps than were asked for."""


class ReplayBuffer:
    """A ring buffer of the last `buffer_size` steps."""

    def __init__(self, buffer_size):
        self._capacity = buffer_size
        self._columns = {name: [None] * buffer_size for name in Batch._fields}
        self._cursor = 0
        self._filled = 0

    @property
    def buffer_size(self):
        return self._capacity

    @property
    def size(self):
        return self._filled

    @property
    def position(self):
        return self._cursor

    def __len__(self):
        return self.size

    def _advance(self):
        self._cursor = (self._cursor + 1) % self._capacity
        self._filled = min(self._filled + 1, self._capacity)

    def add(self, transition):
        for row in range(len(transition.action)):
            for name, column in self._columns.items():
                column[self._cursor] = getattr(transition, name)[row]
            self._advance()

    def _draw(self, batch_size):
        if batch_size > self.size:
            raise NotEnoughStepsError(f"{batch_size} steps wanted, {self.size} there")
        return random.sample(range(self.size), k=batch_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        rows = self._draw(batch_size)
        return Batch(**{name: np.array([column[row] for row in rows]) for name, column in self._columns.items()})
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    UNITS = 128

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [self._create_hidden(i) for i in range(n_hidden_layers)]
        self.output_layer = self._create_output()

    def _create_hidden(self, number):
        return keras.layers.Dense(units=self.UNITS, activation=keras.activations.relu, name=f"hidden_{number}")

    def _create_output(self):
        return keras.layers.Dense(units=self.n_actions, activation="linear", name="q_values")

    def call(self, inputs, training=None, mask=None):
        x = inputs
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def build(self, input_shape):
        shape = tuple(input_shape)
        for layer in self.hidden_layers:
            layer.build(shape)
            shape = (shape[0], self.UNITS)
        self.output_layer.build(shape)
        self.built = True

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n_actions)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return np.argmax(self.predict_on_batch(observation), axis=1)

    def get_config(self):
        config = super().get_config()
        config.update(n_actions=self.n_actions, n_hidden_layers=self.n_hidden_layers)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net.build((None, 4))
    return net
# %% epsilon
class LinearSchedule:
    def __init__(self, start, end, steps):
        self._start, self._end, self._steps = start, end, steps

    def at(self, step):
        progress = max(0.0, min(1.0, step / self._steps))
        return self._start + progress * (self._end - self._start)


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return LinearSchedule(start, end, steps).at(step)
# %% act
from abc import ABC, abstractmethod


class Policy(ABC):
    @abstractmethod
    def choose(self, values): ...


class Greedy(Policy):
    def choose(self, values):
        return values.argmax(axis=1)


class Uniform(Policy):
    def choose(self, values):
        n, n_actions = values.shape
        return np.random.choice(n_actions, size=n)


class Mixture(Policy):
    def __init__(self, first, second, probability):
        self.first, self.second, self.probability = first, second, probability

    def choose(self, values):
        coin = np.random.binomial(1, self.probability, size=len(values))
        return np.choose(coin, [self.second.choose(values), self.first.choose(values)])


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    return Mixture(Uniform(), Greedy(), epsilon).choose(values)
# %% targets
class Bellman:
    def __init__(self, gamma):
        self.gamma = gamma

    def backup(self, reward, value, terminated):
        value = keras.ops.where(terminated, keras.ops.zeros_like(value), value)
        return keras.ops.stop_gradient(keras.ops.add(reward, keras.ops.multiply(self.gamma, value)))


def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    return Bellman(gamma).backup(reward, keras.ops.amax(target_net(next_observation), axis=-1), terminated)
# %% double_targets
class Chooser:
    def __init__(self, net):
        self.net = net

    def __call__(self, observation):
        return keras.ops.argmax(self.net(observation), axis=1)


class Evaluator:
    def __init__(self, net):
        self.net = net

    def __call__(self, observation, action):
        return tf.gather(self.net(observation), action, batch_dims=1)


def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    value = Evaluator(target_net)(next_observation, Chooser(net)(next_observation))
    value = keras.ops.where(terminated, keras.ops.zeros_like(value), value)
    return keras.ops.stop_gradient(reward + gamma * value)
# %% loss
_HUBER = keras.losses.Huber(delta=1.0, reduction="sum_over_batch_size", name="huber")


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    return _HUBER(y_true=targets, y_pred=tf.gather(params=net(observation), indices=action, batch_dims=1))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_layer, layer in zip(target_net.layers, net.layers, strict=True):
        target_layer.set_weights(layer.get_weights())
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = self._create_network()
        self._target_net = self._create_network()
        self._synchronise()
        self.optimizer = keras.optimizers.Nadam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step, reduce_retracing=True)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    @property
    def target_net(self):
        return self._target_net

    def _create_network(self):
        return new_network(n_hidden_layers=self.settings.n_hidden_layers)

    def _synchronise(self):
        transfer_weights(target_net=self.target_net, net=self.net)

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        return select_action(self.net, observation, probability if explore else 0.0)

    def _targets(self, **what_followed):
        networks = {"target_net": self.target_net}
        if self.settings.double:
            return double_dqn_targets(net=self.net, **networks, **what_followed)
        return td_targets(**networks, **what_followed)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            targets = self._targets(
                reward=reward,
                next_observation=next_observation,
                terminated=terminated,
                gamma=self.settings.gamma,
            )
            loss = q_loss(net=self.net, observation=observation, action=action, targets=targets)
        self.optimizer.apply(tape.gradient(target=loss, sources=variables), variables)
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        batch = self.buffer.sample(self.settings.batch_size)
        batch = batch._replace(reward=self.settings.reward_scale * batch.reward)
        loss = self.compiled_step(**{name: tf.convert_to_tensor(array) for name, array in batch._asdict().items()})
        self.batches += 1
        return loss

    @property
    def _ready(self):
        return len(self.buffer) >= self.settings.min_replay_size

    def train(self, transition):
        self.step += len(transition.action)
        self.buffer.add(transition)
        if self._ready:
            self.learn()
            if self.batches % self.settings.target_update_freq == 0:
                self._synchronise()
# %% agent
class AgentFactory:
    def create(self):
        return DoubleDQNAgent(settings=Settings())


def make_agent():
    """Return a new, untrained agent."""
    return AgentFactory().create()
# %% save
class ModelStore:
    def __init__(self, path):
        self._path = path

    def write(self, net):
        net.save(self._path, overwrite=True)

    def read(self):
        return keras.models.load_model(self._path)


def save_network(net, path):
    """Write the whole model into a file."""
    ModelStore(path).write(net)


def load_network(path):
    """Return the model that was written into the file."""
    return ModelStore(path).read()
