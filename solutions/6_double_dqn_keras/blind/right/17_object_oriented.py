# writer: a Java programmer: strategy classes for the targets, properties, Sequential inside the network's list
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

    class TooFewSteps(Exception):
        pass

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.arrays = {
            "observation": np.zeros((buffer_size, 4), np.float32),
            "action": np.zeros(buffer_size, np.int64),
            "reward": np.zeros(buffer_size, np.float32),
            "next_observation": np.zeros((buffer_size, 4), np.float32),
            "terminated": np.zeros(buffer_size, bool),
        }
        self.added = 0

    @property
    def size(self):
        return min(self.added, self.buffer_size)

    def __len__(self):
        return self.size

    def __getitem__(self, rows):
        return Batch(**{name: array[rows] for name, array in self.arrays.items()})

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.added + np.arange(n)) % self.buffer_size
        for name, array in self.arrays.items():
            array[rows] = getattr(transition, name)
        self.added += n

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > self.size:
            raise self.TooFewSteps(f"{self.size} instead of {batch_size}")
        return self[np.random.choice(self.size, batch_size, replace=False)]
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = list(self._create_hidden(n_hidden_layers))
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(axis=1)

    @classmethod
    def _create_hidden(cls, how_many):
        for _ in range(how_many):
            yield keras.layers.Dense(128, activation="relu")

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
class LinearSchedule:
    """A straight line from start to end, flat afterwards."""

    def __init__(self, start, end, steps):
        self.start, self.end, self.steps = start, end, steps

    def value(self, step):
        if step >= self.steps:
            return self.end
        return self.start + step * (self.end - self.start) / self.steps


def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return LinearSchedule(start, end, steps).value(step)
# %% act
class EpsilonGreedy:
    def __init__(self, epsilon):
        self.epsilon = epsilon

    def __call__(self, values):
        n, n_actions = values.shape
        actions = values.argmax(axis=1)
        explore = np.random.rand(n) < self.epsilon
        actions[explore] = np.random.randint(n_actions, size=n)[explore]
        return actions


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    return EpsilonGreedy(epsilon)(net.predict_on_batch(observation))
# %% targets
class Targets:
    """What all targets have in common; `value` is left to the subclasses."""

    def value(self, next_observation):
        raise NotImplementedError

    def __call__(self, reward, next_observation, terminated, gamma):
        y = reward + gamma * self.value(next_observation)
        return keras.ops.stop_gradient(keras.ops.where(terminated, reward, y))


class PlainTargets(Targets):
    def __init__(self, target_net):
        self.target_net = target_net

    def value(self, next_observation):
        return keras.ops.max(self.target_net(next_observation), axis=1)


def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    return PlainTargets(target_net)(reward, next_observation, terminated, gamma)
# %% double_targets
class DoubleTargets(PlainTargets):
    def __init__(self, net, target_net):
        super().__init__(target_net)
        self.net = net

    def value(self, next_observation):
        best = keras.ops.argmax(self.net(next_observation), axis=1)
        return tf.gather(self.target_net(next_observation), best, batch_dims=1)


def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    return DoubleTargets(net, target_net)(reward, next_observation, terminated, gamma)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    losses = keras.losses.Huber(reduction="none")(targets[:, None], chosen[:, None])
    return keras.ops.mean(losses)
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

    @property
    def exploration(self):
        s = self.settings
        return epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)

    @property
    def ready(self):
        return len(self.buffer) >= self.settings.min_replay_size

    def act(self, observation, explore=True):
        return select_action(self.net, observation, self.exploration if explore else 0.0)

    def compute_targets(self, *what_followed):
        if self.settings.double:
            return double_dqn_targets(self.net, self.target_net, *what_followed)
        return td_targets(self.target_net, *what_followed)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        gamma = self.settings.gamma
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            targets = self.compute_targets(reward, next_observation, terminated, gamma)
            loss = q_loss(self.net, observation, action, targets)
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        batch = self.buffer.sample(s.batch_size)
        batch = batch._replace(reward=s.reward_scale * batch.reward)
        self.compiled_step(*[tf.convert_to_tensor(part) for part in batch])
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        self.buffer.add(transition)
        if self.ready:
            self.learn()
            if self.batches % self.settings.target_update_freq == 0:
                transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path, custom_objects={"DQN": DQN})
