# writer: Keras enthusiast: build(), Sequential inside, keras.random, keras.ops, other optimizer, tf.function as decorator
# %% memory
from types import SimpleNamespace

Batch = NamedTuple(
    "Batch",
    [
        ("observation", np.ndarray),
        ("action", np.ndarray),
        ("reward", np.ndarray),
        ("next_observation", np.ndarray),
        ("terminated", np.ndarray),
    ],
)


class ReplayBuffer:
    """A ring that is filled from its end to its beginning."""

    def __init__(self, buffer_size, seed=None):
        self.buffer_size = buffer_size
        self.store = SimpleNamespace(
            observation=np.zeros((buffer_size, 4), np.float32),
            action=np.zeros((buffer_size,), np.int64),
            reward=np.zeros((buffer_size,), np.float64),
            next_observation=np.zeros((buffer_size, 4), np.float32),
            terminated=np.zeros((buffer_size,), np.uint8),
        )
        self.next_row = -1
        self.size = 0
        self.random = random.Random(random.random() if seed is None else seed)

    def __len__(self):
        return self.size

    def __bool__(self):
        return True

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = [(self.next_row - i) % self.buffer_size for i in range(n)]
        for name, array in vars(self.store).items():
            array[rows] = getattr(transition, name)
        self.next_row -= n
        self.size = min(self.buffer_size, self.size + n)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        rows = [-1 - i for i in self.random.sample(range(self.size), batch_size)]
        s = self.store
        return Batch(
            s.observation[rows],
            s.action[rows],
            s.reward[rows].astype(np.float32),
            s.next_observation[rows],
            s.terminated[rows].astype(bool),
        )

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        dense = dict(bias_initializer="zeros", use_bias=True)
        self.hidden_layers = [
            keras.layers.Dense(128, activation="relu", **dense) for _ in range(n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(n_actions, **dense)

    def build(self, input_shape):
        """Create all weights as soon as the shape of the input is known."""
        shape = tuple(input_shape)
        for layer in (*self.hidden_layers, self.output_layer):
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def features(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return x

    def call(self, x):
        return self.output_layer(self.features(x))

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return np.asarray(keras.ops.argmax(self.predict_on_batch(observation), axis=-1))

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
    schedule = keras.optimizers.schedules.PolynomialDecay(start, steps, end, power=1.0)
    return float(schedule(step))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    # in rows that explore, the Q-values are replaced by random numbers: any may be the largest
    explores = np.random.rand(n, 1) < epsilon
    return np.where(explores, np.random.rand(n, n_actions), values).argmax(axis=1)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    ops = keras.ops
    next_value = ops.stop_gradient(ops.sort(target_net(next_observation), axis=1)[:, -1])
    return ops.stop_gradient(
        ops.add(reward, ops.multiply(gamma, ops.where(terminated, 0.0, next_value)))
    )

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    ops = keras.ops
    best = ops.argmax(net(next_observation), axis=1, keepdims=True)
    next_value = ops.squeeze(ops.take_along_axis(target_net(next_observation), best, axis=1), 1)
    goes_on = ops.cast(ops.logical_not(terminated), reward.dtype)
    return ops.stop_gradient(reward + gamma * goes_on * next_value)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = keras.ops.take_along_axis(
        net(observation), keras.ops.expand_dims(keras.ops.cast(action, "int32"), 1), axis=1
    )
    each = keras.losses.Huber(reduction="none")(keras.ops.expand_dims(targets, 1), chosen)
    return keras.ops.mean(each)

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    pairs = zip(target_net.hidden_layers, net.hidden_layers)
    for receiver, giver in [*pairs, (target_net.output_layer, net.output_layer)]:
        receiver.kernel.assign(giver.kernel)
        receiver.bias.assign(giver.bias)

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(target_net=self.target_net, net=self.net)
        self.optimizer = keras.optimizers.AdamW(s.learning_rate, weight_decay=1e-5, epsilon=1e-6)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = self.gradient_step
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        if explore:
            probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
            return select_action(self.net, observation, probability)
        return self.net.act(observation)

    @tf.function
    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        s = self.settings
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            targets = (
                double_dqn_targets(
                    net=self.net,
                    target_net=self.target_net,
                    reward=reward,
                    next_observation=next_observation,
                    terminated=terminated,
                    gamma=s.gamma,
                )
                if s.double
                else td_targets(
                    target_net=self.target_net,
                    reward=reward,
                    next_observation=next_observation,
                    terminated=terminated,
                    gamma=s.gamma,
                )
            )
            loss = q_loss(self.net, observation, action, targets)
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        observation, action, reward, *what_followed = self.buffer.sample(s.batch_size)
        batch = (observation, action, s.reward_scale * reward, *what_followed)
        loss = self.compiled_step(*map(tf.convert_to_tensor, batch))
        self.batches += 1
        return loss

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        self.buffer.add(transition)
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            _, rest = divmod(self.batches, s.target_update_freq)
            if rest == 0:
                transfer_weights(target_net=self.target_net, net=self.net)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings(n_hidden_layers=3))

# %% save
import shutil
import tempfile
from pathlib import Path


def save_network(net, path):
    """Write the model elsewhere first, then move the finished file."""
    folder = Path(tempfile.mkdtemp())
    try:
        net.save(folder / "whole.keras")
        shutil.move(str(folder / "whole.keras"), str(path))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path, custom_objects={"course>DQN": DQN}, compile=False)
