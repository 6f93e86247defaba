# writer: a French teacher: properties, generators, a backwards ring, a shared base, logging
# %% model
def _couches(x, tailles):
    """Une génératrice: les sorties des couches cachées, l'une après l'autre."""
    for taille in tailles:
        x = layers.Dense(taille, activation=keras.ops.relu, kernel_initializer="glorot_normal")(x)
        yield x


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """Un réseau Q compilé: [observation, masque] vers les valeurs Q masquées."""
    observation = keras.Input(shape=(4,), name="observation")
    mask = keras.Input(shape=(n_actions,), name="action_mask")
    *_, dernier = _couches(observation, (hidden_size, hidden_size))
    valeurs = layers.Dense(
        n_actions, kernel_initializer=keras.initializers.RandomNormal(stddev=1e-3)
    )(dernier)
    output = layers.Multiply()([mask, valeurs])
    model = keras.Model([observation, mask], output)
    optimizer = keras.optimizers.Adam(alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, "mse")
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """La probabilité d'une action au hasard après `step` pas."""
    line = start + (end - start) / steps * step
    low, high = sorted((start, end))
    return max(low, min(high, line)) if start != end else start

# %% act
def select_action(net, observation, epsilon):
    """Une action epsilon-gloutonne pour chaque ligne."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((n, n_actions))])
    actions = q.argmax(1)
    # Une action au hasard = l'action gloutonne, décalée d'un nombre au hasard.
    shift = np.random.randint(n_actions, size=n) * (np.random.rand(n) < epsilon)
    return (actions + shift) % n_actions

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), et seulement r si l'épisode est terminé."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    q = net.predict_on_batch([next_observation, ones])
    discount = np.select([terminated], [0.0], default=gamma)
    return np.asarray(reward) + np.einsum("i,i->i", discount, np.max(q, 1))

# %% learn
def learn(net, observation, action, targets):
    """Approcher Q(s, a) des cibles; rendre la perte."""
    n_actions = net.output_shape[-1]
    flat = np.arange(len(action)) * n_actions + action
    mask = np.zeros(len(action) * n_actions)
    mask[flat] = 1.0
    wanted = mask.copy()
    wanted[flat] *= targets
    loss = net.train_on_batch(
        [observation, mask.reshape(-1, n_actions)], wanted.reshape(-1, n_actions)
    )
    return loss

# %% naive
import logging
from dataclasses import asdict

journal = logging.getLogger("dqn")


@dataclass(frozen=True)
class Settings:
    """Les hyperparamètres d'un agent."""

    gamma: float = 0.97
    reward_scale: float = 0.02
    epsilon_start: float = 1.0
    epsilon_end: float = 0.03
    epsilon_steps: int = 2_000
    alpha: float = 4e-3
    batch_size: int = 256
    memory_size: int = 12_000
    start_replay_step: int = 500
    replay_interval: int = 4
    target_interval: int = 4

    def __post_init__(self):
        journal.debug("settings: %s", asdict(self))


class AdvancedQAgent(AbstractAgent):
    """Apprentissage Q avec un réseau et rien d'autre."""

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)
        self.step = 0

    @property
    def teacher(self):
        """Le réseau qui donne les cibles."""
        return self.net

    @property
    def probability(self):
        s = self.settings
        return epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)

    def act(self, observation, explore=True):
        return select_action(self.net, observation, self.probability if explore else 0.0)

    def train(self, transition):
        self.step += len(transition.action)
        self.memory.extend(
            (
                transition.observation[row],
                transition.action[row],
                transition.reward[row],
                transition.next_observation[row],
                transition.terminated[row],
            )
            for row in range(len(transition.action))
        )
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def batch(self):
        """Une génératrice des cinq tableaux."""
        for part in zip(*self.memory):
            yield np.array(part)

    def replay(self):
        """Un pas d'apprentissage."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.batch()
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.teacher, reward, next_observation, terminated, s.gamma)
        loss = learn(self.net, observation, action, y)
        journal.debug("loss %s", loss)
        return loss

# %% memory
class Batch(NamedTuple):
    """Un lot de pas."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """Un anneau qui se remplit à reculons: de la dernière ligne vers la première."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.__store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.__filled = np.zeros(capacity, bool)
        self.__next = -1

    @property
    def position(self):
        """La ligne du prochain pas."""
        return self.__next % self.capacity

    @property
    def size(self):
        return int(np.count_nonzero(self.__filled))

    def __len__(self):
        return self.size

    def push(self, transition):
        """Garder les n lignes d'une transition."""
        n = len(transition.action)
        rows = (self.__next - np.arange(n)) % self.capacity
        for name, array in self.__store._asdict().items():
            array[rows] = getattr(transition, name)
        self.__filled[rows] = True
        self.__next = (self.__next - n) % self.capacity

    def sample(self, batch_size):
        """Un lot de pas tirés au hasard."""
        rows = np.random.choice(np.flatnonzero(self.__filled), size=batch_size, replace=True)
        return Batch(*(array.take(rows, axis=0) for array in self.__store))

# %% copy
def copy_weights(target_net, net):
    """Donner au réseau cible les poids du réseau."""
    weights = iter(net.get_weights())
    for variable in target_net.weights:
        variable.assign(next(weights))
    assert next(weights, None) is None

# %% update
class DQNAgent(AdvancedQAgent):
    """Deep Q-Network: avec mémoire et réseau cible."""

    def __init__(self, settings=None):
        super().__init__(settings or Settings())
        s = self.settings
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.memory = ReplayMemory(s.memory_size)
        self.target_net = build_model(alpha=s.alpha)
        copy_weights(self.target_net, self.net)
        self.turns = 0
        self.batches = 0

    @property
    def teacher(self):
        return self.target_net

    @property
    def probability(self):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)
        return epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)

    @property
    def due(self):
        """Est-ce le tour d'apprendre ?"""
        s = self.settings
        return self.step >= s.start_replay_step and not self.turns % s.replay_interval

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        if self.due:
            self.replay()

    def batch(self):
        yield from self.memory.sample(self.settings.batch_size)

    def replay(self):
        """Un pas d'apprentissage; de temps en temps, le réseau cible suit."""
        loss = super().replay()
        self.batches += 1
        if self.batches % self.settings.target_interval == 0:
            copy_weights(self.target_net, self.net)
        return loss

# %% agent
class _Swift(DQNAgent):
    """Un DQNAgent sous un autre nom."""


def make_agent():
    """Un nouvel agent."""
    return _Swift(Settings(memory_size=12_000))

# %% experiment
def experiment():
    """Les deux réponses."""

    def middle(scores):
        low, *rest, high = sorted(scores)
        return sum(rest) / len(rest)

    def beats(one, other):
        other = sorted(other)
        return int(np.searchsorted(other, one, side="left").sum())

    a, b, c = (145, 147, 144, 83, 194), (91, 200, 197, 133, 168), (13, 22, 15, 26, 9)
    return {"misled": (beats(a, b), beats(a, c), beats(c, b)), "middles": tuple(map(middle, (a, b, c)))}
