# writer: object-oriented engineer: functions as callable objects, mixins, base classes, properties
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class NotEnoughSteps(Exception):
    """More steps were asked for than there are."""


class ReplayBuffer:
    """A sliding window: arrays of twice the size, the newest steps are always one slice."""

    __slots__ = ("buffer_size", "_store", "_begin", "_end")

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        room = 2 * buffer_size
        self._store = {
            "observation": np.empty((room, 4), np.float32),
            "action": np.empty(room, np.int64),
            "reward": np.empty(room, np.float32),
            "next_observation": np.empty((room, 4), np.float32),
            "terminated": np.empty(room, np.bool_),
        }
        self._begin = self._end = 0

    @property
    def size(self):
        return self._end - self._begin

    def __len__(self):
        return self.size

    def _move_to_front(self, keep):
        for array in self._store.values():
            array[:keep] = array[self._end - keep : self._end].copy()
        self._begin, self._end = 0, keep

    def add(self, transition):
        """Store the n rows of one transition; forget the oldest if there is no room."""
        n = min(len(transition.action), self.buffer_size)
        if self._end + n > 2 * self.buffer_size:
            self._move_to_front(min(self.size, self.buffer_size - n))
        for name, array in self._store.items():
            array[self._end : self._end + n] = getattr(transition, name)[-n:]
        self._end += n
        self._begin = max(self._begin, self._end - self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > self.size:
            raise NotEnoughSteps(f"{batch_size} > {self.size}")
        rows = self._begin + np.random.permutation(self.size)[:batch_size]
        return Batch(**{name: array.take(rows, axis=0) for name, array in self._store.items()})

# %% network
class Greedy:
    """Mixin: whatever has Q-values can act."""

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return np.argmax(self.predict_on_batch(observation), axis=1)


class Layered:
    """Mixin: sends the input through all layers of the property `stack`."""

    @property
    def stack(self):
        yield from self.hidden_layers
        yield self.output_layer

    def call(self, x):
        for layer in self.stack:
            x = layer(x)
        return x


@keras.saving.register_keras_serializable(package="course")
class DQN(Greedy, Layered, keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [keras.layers.Dense(128, tf.nn.relu) for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions, activation="linear")

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
    net(keras.ops.zeros((1, 4)))
    return net

# %% epsilon
class _StraightLine:
    """A callable object: a line between two points, flat afterwards."""

    def __call__(self, step, start, end, steps):
        if step >= steps:
            return end
        return start - (start - end) * step / steps


epsilon = _StraightLine()

# %% act
class _EpsilonGreedy:
    """Greedy action plus, in some rows, a random turn of the wheel."""

    def __call__(self, net, observation, epsilon):
        values = net.predict_on_batch(observation)
        n, n_actions = values.shape
        turns = np.random.randint(0, n_actions, n) * np.random.binomial(1, epsilon, n)
        return (values.argmax(1) + turns) % n_actions


select_action = _EpsilonGreedy()

# %% targets
class _Targets:
    """y = r + gamma * (what the subclass says about the next state)."""

    @staticmethod
    def bootstrap(reward, next_value, terminated, gamma):
        y = keras.ops.where(terminated, reward, reward + gamma * next_value)
        return keras.ops.stop_gradient(y)


class _PlainTargets(_Targets):
    def __call__(self, target_net, reward, next_observation, terminated, gamma):
        next_value = keras.ops.max(target_net(next_observation), axis=1)
        return self.bootstrap(reward, next_value, terminated, gamma)


td_targets = _PlainTargets()

# %% double_targets
class _DoubleTargets:
    def __call__(self, net, target_net, reward, next_observation, terminated, gamma):
        best = keras.ops.argmax(net(next_observation), axis=1)
        table = target_net(next_observation)
        next_value = keras.ops.take_along_axis(table, best[:, None], axis=1)[:, 0]
        return keras.ops.stop_gradient(
            keras.ops.where(terminated, reward, reward + gamma * next_value)
        )


double_dqn_targets = _DoubleTargets()

# %% loss
class _QLoss:
    def __init__(self, measure):
        self.measure = measure

    def __call__(self, net, observation, action, targets):
        """Mean Huber loss of Q(s, a) against the targets."""
        return self.measure(targets, tf.gather(net(observation), action, axis=1, batch_dims=1))


q_loss = _QLoss(keras.losses.Huber(delta=1.0))

# %% copy
class _Transfer:
    def __call__(self, target_net, net):
        """Make the target network's weights equal to the network's."""
        for target_layer, layer in zip(target_net.layers, net.layers):
            target_layer.set_weights(layer.get_weights())


transfer_weights = _Transfer()

# %% update
class _QAgent(AbstractAgent):
    """All that does not depend on the kind of the targets."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self._nets = {"learns": new_network(s.n_hidden_layers)}
        self._nets["evaluates"] = new_network(s.n_hidden_layers)
        self._nets["evaluates"].set_weights(self._nets["learns"].get_weights())
        self.optimizer = keras.optimizers.Adam(s.learning_rate, clipnorm=10.0)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step, reduce_retracing=True)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    @property
    def net(self):
        return self._nets["learns"]

    @net.setter
    def net(self, value):
        self._nets["learns"] = value

    @property
    def target_net(self):
        return self._nets["evaluates"]

    @target_net.setter
    def target_net(self, value):
        self._nets["evaluates"] = value

    @property
    def probability(self):
        s = self.settings
        return epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)

    def act(self, observation, explore=True):
        return select_action(self.net, observation, self.probability if explore else 0.0)

    def targets(self, reward, next_observation, terminated):
        raise NotImplementedError("a subclass knows")

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            targets = self.targets(reward, next_observation, terminated)
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
                transfer_weights(self.target_net, self.net)


class DoubleDQNAgent(_QAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def targets(self, reward, next_observation, terminated):
        s = self.settings
        what_happened = (reward, next_observation, terminated, s.gamma)
        if s.double:
            return double_dqn_targets(self.net, self.target_net, *what_happened)
        return td_targets(self.target_net, *what_happened)

# %% agent
class _Factory:
    def __init__(self, kind, settings):
        self.kind, self.settings = kind, settings

    def __call__(self):
        return self.kind(self.settings)


make_agent = _Factory(DoubleDQNAgent, Settings())

# %% save
class _Disk:
    @staticmethod
    def save(net, path):
        """Write the whole model into a file."""
        keras.saving.save_model(net, path, overwrite=True)

    @staticmethod
    def load(path):
        """Return the model that was written into the file."""
        return keras.saving.load_model(path)


save_network, load_network = _Disk.save, _Disk.load
