# writer: someone with type hints and dataclasses everywhere
# %% memory
from dataclasses import field


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class NotEnoughSteps(ValueError):
    """The batch would be larger than the buffer."""


@dataclass(eq=False)
class ReplayBuffer:
    """A ring buffer of the last `buffer_size` steps."""

    buffer_size: int
    position: int = field(default=0, init=False)
    size: int = field(default=0, init=False)
    store: Batch = field(init=False, repr=False)

    def __post_init__(self) -> None:
        size = self.buffer_size
        self.store = Batch(
            observation=np.zeros((size, 4), dtype=np.float32),
            action=np.zeros(size, dtype=np.int64),
            reward=np.zeros(size, dtype=np.float32),
            next_observation=np.zeros((size, 4), dtype=np.float32),
            terminated=np.zeros(size, dtype=np.bool_),
        )

    def __len__(self) -> int:
        return self.size

    def add(self, transition) -> None:
        n: int = len(transition.action)
        rows: np.ndarray = (self.position + np.arange(n)) % self.buffer_size
        for name, array in self.store._asdict().items():
            array[rows] = getattr(transition, name)
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size: int) -> Batch:
        if batch_size > self.size:
            raise NotEnoughSteps(f"{batch_size} steps wanted, {self.size} in the buffer")
        rows: np.ndarray = np.random.permutation(self.size)[:batch_size]
        return Batch(**{name: array[rows] for name, array in self.store._asdict().items()})
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers: list[keras.layers.Dense] = [
            keras.layers.Dense(units=128, activation="relu", name=f"hidden_{i}")
            for i in range(n_hidden_layers)
        ]
        self.output_layer: keras.layers.Dense = keras.layers.Dense(units=n_actions, name="q_values")

    def call(self, x):
        hidden: tf.Tensor = x
        for layer in self.hidden_layers:
            hidden = layer(hidden)
        return self.output_layer(hidden)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        values: np.ndarray = self.predict_on_batch(observation)
        return values.argmax(axis=1).astype(np.int64)

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
def epsilon(step: int, start: float, end: float, steps: int) -> float:
    """The probability of a random action after `step` steps."""
    share: float = min(step / steps, 1.0)
    return start + share * (end - start)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    greedy: np.ndarray = values.argmax(axis=1)
    uniform: np.ndarray = np.random.randint(0, n_actions, size=n, dtype=greedy.dtype)
    explores: np.ndarray = np.random.random(size=n) < epsilon
    return np.where(explores, uniform, greedy)
# %% targets
def bellman(reward: tf.Tensor, next_value: tf.Tensor, terminated: tf.Tensor, gamma: float) -> tf.Tensor:
    """r + gamma times the next value, only r after termination, and no gradient."""
    return tf.stop_gradient(tf.where(terminated, reward, reward + gamma * next_value))


def td_targets(
    target_net: DQN,
    reward: tf.Tensor,
    next_observation: tf.Tensor,
    terminated: tf.Tensor,
    gamma: float,
) -> tf.Tensor:
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    return bellman(reward, tf.reduce_max(target_net(next_observation), axis=1), terminated, gamma)
# %% double_targets
def double_dqn_targets(
    net: DQN,
    target_net: DQN,
    reward: tf.Tensor,
    next_observation: tf.Tensor,
    terminated: tf.Tensor,
    gamma: float,
) -> tf.Tensor:
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best: tf.Tensor = tf.argmax(net(next_observation), axis=1)
    value: tf.Tensor = tf.gather(target_net(next_observation), best, batch_dims=1)
    return bellman(reward, value, terminated, gamma)
# %% loss
def q_loss(net: DQN, observation: tf.Tensor, action: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    predicted: tf.Tensor = tf.gather(net(observation), action, axis=1, batch_dims=1)
    return keras.losses.Huber(delta=1.0)(y_true=targets, y_pred=predicted)
# %% copy
def transfer_weights(target_net: DQN, net: DQN) -> None:
    """Make the target network's weights equal to the network's."""
    weights: list[np.ndarray] = net.get_weights()
    target_net.set_weights(weights)
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net: DQN = new_network(n_hidden_layers=s.n_hidden_layers)
        transfer_weights(target_net=self.target_net, net=self.net)
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
            targets: tf.Tensor
            if s.double:
                targets = double_dqn_targets(
                    net=self.net,
                    target_net=self.target_net,
                    reward=reward,
                    next_observation=next_observation,
                    terminated=terminated,
                    gamma=s.gamma,
                )
            else:
                targets = td_targets(
                    target_net=self.target_net,
                    reward=reward,
                    next_observation=next_observation,
                    terminated=terminated,
                    gamma=s.gamma,
                )
            loss: tf.Tensor = q_loss(self.net, observation, action, targets)
        gradients: list[tf.Tensor] = tape.gradient(loss, variables)
        self.optimizer.apply(gradients, variables)
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
        enough: bool = len(self.buffer) >= s.min_replay_size
        if enough:
            self.learn()
            if self.batches % s.target_update_freq == 0:
                transfer_weights(target_net=self.target_net, net=self.net)
# %% agent
def make_agent() -> DoubleDQNAgent:
    """Return a new, untrained agent."""
    return DoubleDQNAgent(settings=Settings(double=True))
# %% save
def save_network(net: DQN, path: str) -> None:
    """Write the whole model into a file."""
    net.save(path, overwrite=True)


def load_network(path: str) -> DQN:
    """Return the model that was written into the file."""
    return keras.saving.load_model(path)
