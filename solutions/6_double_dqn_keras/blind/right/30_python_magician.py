# writer: a Python magician: deque subclass, generators, decorators, mixins, frozen target network, dictionary dispatch
# %% memory
from collections import deque


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer(deque):
    """The last `buffer_size` steps; len comes with the deque."""

    def __init__(self, buffer_size):
        super().__init__(maxlen=buffer_size)

    def add(self, transition):
        """Store the n rows of one transition; the oldest fall out by themselves."""
        self.extend(Batch(*row) for row in zip(*map(transition.__getattribute__, Batch._fields)))

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        return Batch(*map(np.array, zip(*random.sample([*self], batch_size))))
# %% network
class Greedy:
    """A mixin: anything that has predict_on_batch can act."""

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q = self.predict_on_batch(np.asarray(observation, np.float32))
        return np.fromiter((row.argmax() for row in q), dtype=np.uint8, count=len(q))


@keras.saving.register_keras_serializable(package="course")
class DQN(Greedy, keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        *self.hidden_layers, self.output_layer = self.make_layers()

    def make_layers(self):
        for _ in range(self.n_hidden_layers):
            yield keras.layers.Dense(units=128, activation="relu")
        yield keras.layers.Dense(units=self.n_actions)

    def call(self, x, layers=None):
        match self.hidden_layers if layers is None else layers:
            case []:
                return self.output_layer(x)
            case [first, *rest]:
                return self.call(first(x), rest)

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
    return start if step <= 0 else end if step >= steps else start + (end - start) * step / steps
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape

    def choices():
        for row in values.tolist():
            if random.random() < epsilon:
                yield random.randrange(n_actions)
            else:
                yield row.index(max(row))

    return np.fromiter(choices(), dtype=np.int8, count=n)
# %% targets
def no_gradient(function):
    """A decorator: what the function returns is a plain number to the tape."""

    def wrapped(*args, **kwargs):
        return tf.nest.map_structure(tf.stop_gradient, function(*args, **kwargs))

    return wrapped


@no_gradient
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    columns = keras.ops.unstack(target_net(next_observation), axis=1)
    best = columns[0]
    for column in columns[1:]:
        best = keras.ops.maximum(best, column)
    return keras.ops.where(terminated, reward, reward + gamma * best)
# %% double_targets
@no_gradient
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    learner, judge = (network(next_observation) for network in (net, target_net))
    n_actions = judge.shape[-1]
    best = keras.ops.argmax(learner, axis=1)[:, None]
    chosen = keras.ops.equal(best, keras.ops.arange(n_actions, dtype=best.dtype)[None])
    value = keras.ops.max(keras.ops.where(chosen, judge, -np.inf), axis=1)
    return keras.ops.where(terminated, reward, reward + gamma * value)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = tf.gather(net(observation), tf.cast(action, tf.int64), batch_dims=1)
    error = keras.ops.abs(targets - q)
    # the area under min(|e|, 1): half the square, then a straight line
    return keras.ops.mean(error - 0.5 + 0.5 * keras.ops.square(keras.ops.relu(1.0 - error)))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tau = 1.0
    target_net.set_weights(
        [tau * new + (1 - tau) * old for new, old in zip(net.get_weights(), target_net.get_weights())]
    )
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net, self.target_net = (new_network(s.n_hidden_layers) for _ in "ab")
        transfer_weights(self.target_net, self.net)
        self.target_net.trainable = False
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
    def gradient_step(self, *batch):
        """Do one update step; everything in here is computed by TensorFlow."""
        observation, action, *what_followed = batch
        variables = self.net.trainable_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for variable in variables:
                tape.watch(variable.value)
            rule, networks = (
                (double_dqn_targets, (self.net, self.target_net)) if self.settings.double else (td_targets, (self.target_net,))
            )
            loss = q_loss(self.net, observation, action, rule(*networks, *what_followed, self.settings.gamma))
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
            if not self.batches % s.target_update_freq:
                transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings(epsilon_decay=2_500))
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    return net.save(path, overwrite=True)


load_network = keras.models.load_model
