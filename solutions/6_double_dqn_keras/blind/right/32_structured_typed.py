# writer: scientist with numpy structured arrays, own Generators, type hints, assertions, German docstrings
# %% memory
class Batch(NamedTuple):
    """Ein Stapel von Schritten: jedes Feld hat eine Zeile pro Schritt."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """Ringpuffer in einem einzigen strukturierten Feld."""

    RECORD = np.dtype(
        [
            ("observation", np.float32, (4,)),
            ("action", np.int32),
            ("reward", np.float32),
            ("next_observation", np.float32, (4,)),
            ("terminated", np.bool_),
        ]
    )

    def __init__(self, buffer_size: int) -> None:
        self.buffer_size = int(buffer_size)
        self.store = np.zeros(self.buffer_size, self.RECORD)
        self.total = 0  # wie viele Schritte jemals ankamen
        self.rng = np.random.default_rng(np.random.randint(2**31 - 1))

    def __len__(self) -> int:
        return min(self.total, self.buffer_size)

    def add(self, transition) -> None:
        """Schreibt n Zeilen; die ältesten werden überschrieben."""
        n = len(transition.action)
        rows = np.arange(self.total, self.total + n) % self.buffer_size
        for name in self.RECORD.names:
            self.store[name][rows] = getattr(transition, name)
        self.total += n

    def sample(self, batch_size: int) -> Batch:
        """Zieht verschiedene Zeilen, alle gleich wahrscheinlich."""
        assert batch_size <= len(self), "so viele Schritte sind nicht im Speicher"
        records = self.store[self.rng.choice(len(self), size=batch_size, replace=False)]
        return Batch(**{name: np.ascontiguousarray(records[name]) for name in Batch._fields})

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-Werte aller Aktionen."""

    HIDDEN_UNITS: int = 128

    def __init__(self, n_actions: int = 2, n_hidden_layers: int = 2, **keywords) -> None:
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = []
        for number in range(n_hidden_layers):
            self.hidden_layers.append(self._dense(self.HIDDEN_UNITS, "relu", f"hidden_{number}"))
        self.output_layer = self._dense(n_actions, None, "q_values")

    @staticmethod
    def _dense(units, activation, name):
        return keras.layers.Dense(units, activation=activation, name=name)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        q_values = self.output_layer(x)
        return q_values

    def act(self, observation) -> np.ndarray:
        """Beste Aktion pro Zeile."""
        q_values = self(np.asarray(observation, np.float32))
        return keras.ops.convert_to_numpy(keras.ops.argmax(q_values, axis=1)).astype(np.int32)

    def get_config(self) -> dict:
        config = super().get_config()
        config.update(n_actions=self.n_actions, n_hidden_layers=self.n_hidden_layers)
        return config


def new_network(n_hidden_layers: int = 2) -> DQN:
    """Ein Netz, das seine Gewichte schon hat."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net.build((None, 4))
    net(np.zeros((1, 4), np.float32))
    return net

# %% epsilon
def epsilon(step: int, start: float, end: float, steps: int) -> float:
    """Wahrscheinlichkeit einer zufälligen Aktion."""
    fraction = np.clip(step / steps, 0, 1)
    return (1 - fraction) * start + fraction * end

# %% act
_dice = np.random.default_rng()


def select_action(net, observation, epsilon, rng: np.random.Generator = _dice) -> np.ndarray:
    """Epsilon-greedy, jede Zeile für sich."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.argmax(values, axis=1)
    explores = rng.random(n) < epsilon
    actions[explores] = rng.integers(n_actions, size=np.count_nonzero(explores))
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), ohne Gradient."""
    alive = 1.0 - keras.ops.cast(terminated, "float32")
    next_value = keras.ops.amax(target_net(next_observation), axis=1)
    y = reward + gamma * alive * next_value
    assert len(y.shape) == 1
    return keras.ops.stop_gradient(y)

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """Das eine Netz wählt, das andere bewertet."""
    chosen = keras.ops.one_hot(
        keras.ops.argmax(net(next_observation), axis=1), target_net.n_actions
    )
    next_value = keras.ops.einsum("ba,ba->b", chosen, target_net(next_observation))
    alive = 1.0 - keras.ops.cast(terminated, "float32")
    return keras.ops.stop_gradient(reward + gamma * alive * next_value)

# %% loss
def q_loss(net, observation, action, targets):
    """Mittlerer Huber-Verlust."""
    q_values = net(observation)
    taken = keras.ops.one_hot(action, q_values.shape[-1])
    predicted = keras.ops.einsum("ba,ba->b", q_values, taken)
    size = keras.ops.abs(predicted - targets)
    capped = keras.ops.minimum(size, 1.0)
    return keras.ops.mean(0.5 * capped**2 + (size - capped))

# %% copy
def transfer_weights(target_net, net) -> None:
    """Alle Gewichte auf einmal."""
    assert len(target_net.weights) == len(net.weights)
    for receiver, giver in zip(target_net.weights, net.weights):
        receiver.assign(giver)

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Double DQN oder, zum Vergleich, DQN."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        self.target_net.trainable = False  # lernt nie selbst
        transfer_weights(self.target_net, self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate, global_clipnorm=10.0)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0
        self.batches = 0

    def act(self, observation, explore=True):
        s = self.settings
        if not explore:
            return select_action(self.net, observation, 0.0)
        return select_action(
            self.net,
            observation,
            epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay),
        )

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        s = self.settings
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            if s.double:
                y = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            else:
                y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, y)
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply(gradients, variables)
        return loss

    def learn(self):
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

# %% agent
def make_agent() -> DoubleDQNAgent:
    """Ein neuer Agent."""
    return DoubleDQNAgent()

# %% save
import os
import tempfile
from pathlib import Path


def save_network(net, path) -> None:
    """Erst eine vorläufige Datei, dann umbenennen: nie eine halbe Datei."""
    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.resolve().parent) as folder:
        draft = Path(folder) / "draft.keras"
        net.save(draft)
        os.replace(draft, path)


def load_network(path):
    """Das Modell aus der Datei."""
    return keras.saving.load_model(Path(path), compile=False)
