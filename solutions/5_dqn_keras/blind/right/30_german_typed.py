# writer: a German engineer: type hints everywhere, walrus, match, own RNGs, uniform initialisation
# %% model
def build_model(n_actions: int = 2, hidden_size: int = 128, alpha: float = 4e-3) -> keras.Model:
    """Ein kompiliertes Q-Netz: [Beobachtung, Maske] -> maskierte Q-Werte."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    x = observation
    for i in range(2):
        x = layers.Dense(hidden_size, kernel_initializer="he_uniform", name=f"verdeckt_{i}")(x)
        x = layers.ReLU(name=f"relu_{i}")(x)
    klein = keras.initializers.RandomUniform(minval=-3e-3, maxval=3e-3)
    q = layers.Dense(n_actions, kernel_initializer=klein, name="q_werte")(x)
    output = layers.Multiply(name="maskiert")([mask, q])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step: int, start: float, end: float, steps: int) -> float:
    """Die Wahrscheinlichkeit einer zufälligen Aktion nach `step` Schritten."""
    match bool(step >= steps):
        case True:
            return end
        case _:
            return start + (end - start) * step / steps

# %% act
_würfel = np.random.default_rng()


def select_action(net, observation: np.ndarray, epsilon: float) -> np.ndarray:
    """Eine epsilon-gierige Aktion je Zeile."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.broadcast_to(np.float32(1), (n, n_actions))])
    aktionen = np.asarray(q).argmax(axis=-1).astype(np.int32)
    if (zufall := _würfel.random(n) < epsilon).any():
        aktionen[zufall] = _würfel.integers(n_actions, size=int(zufall.sum()))
    return aktionen

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma: float) -> np.ndarray:
    """Nur r, wo der Stab fiel; sonst r + gamma max Q(s', a')."""
    weiter = np.logical_not(np.asarray(terminated, dtype=bool))
    # Die Maske ist nur dort eins, wo es weitergeht: sonst ist Q(s', a') = 0 nach Definition.
    maske = np.repeat(weiter[:, None], net.output_shape[-1], axis=1).astype(np.float32)
    q = net.predict_on_batch([next_observation, maske])
    return reward + gamma * np.max(q, axis=-1)

# %% learn
def learn(net, observation: np.ndarray, action: np.ndarray, targets: np.ndarray) -> float:
    """Ein Lernschritt; gibt den Verlust zurück."""
    n_actions = net.output_shape[-1]
    zeilen = np.arange(len(action))
    maske, soll = np.zeros((2, len(action), n_actions), np.float32)
    maske[zeilen, action] = 1
    soll[zeilen, action] = targets
    return float(net.train_on_batch([observation, maske], soll))

# %% naive
@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Die Hyperparameter eines Agenten."""

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


class AdvancedQAgent(AbstractAgent):
    """Q-Lernen mit einem Netz und sonst nichts."""

    def __init__(self, settings: Settings | None = None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory: deque = deque(maxlen=self.settings.batch_size)
        self.step = 0

    def act(self, observation, explore: bool = True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition) -> None:
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

    def replay(self) -> float:
        """Ein Lernschritt mit den letzten Schritten; gibt den Verlust zurück."""
        s = self.settings
        observation, action, reward, next_observation, terminated = (
            np.stack(teil) for teil in zip(*self.memory, strict=True)
        )
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        ziele = td_targets(
            net=self.net,
            reward=reward,
            next_observation=next_observation,
            terminated=terminated,
            gamma=s.gamma,
        )
        return learn(net=self.net, observation=observation, action=action, targets=ziele)

# %% memory
class Batch(NamedTuple):
    """Ein Stapel von Schritten."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """Ein Ringpuffer der letzten `capacity` Schritte."""

    __slots__ = ("capacity", "store", "position", "size", "_rng")

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.store = Batch(
            observation=np.empty((capacity, 4), np.float64),
            action=np.empty(capacity, np.int32),
            reward=np.empty(capacity, np.float64),
            next_observation=np.empty((capacity, 4), np.float64),
            terminated=np.empty(capacity, np.bool_),
        )
        self.position = 0
        self.size = 0
        self._rng = np.random.default_rng()

    def __len__(self) -> int:
        return self.size

    def push(self, transition) -> None:
        """Die n Zeilen einer Transition speichern."""
        n = len(transition.action)
        rows = np.arange(self.position, self.position + n)
        for feld in Batch._fields:
            ziel, quelle = getattr(self.store, feld), np.asarray(getattr(transition, feld))
            # nur die letzten `capacity` Zeilen bleiben übrig
            ziel[rows[-self.capacity :] % self.capacity] = quelle[-self.capacity :]
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size: int) -> Batch:
        """Ein zufälliger Stapel."""
        rows = self._rng.integers(0, self.size, size=batch_size)
        return Batch._make(np.take(feld, rows, axis=0) for feld in self.store)

# %% copy
def copy_weights(target_net: keras.Model, net: keras.Model) -> None:
    """Die Gewichte des Zielnetzes gleich denen des Netzes machen."""
    for ziel, quelle in zip(target_net.weights, net.weights, strict=True):
        ziel.assign(quelle)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-Lernen mit Wiederholungsspeicher und Zielnetz."""

    def __init__(self, settings: Settings | None = None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = keras.models.clone_model(self.net)
        self.target_net.trainable = False
        copy_weights(self.target_net, self.net)
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0
        self.turns = 0
        self.batches = 0

    def act(self, observation, explore: bool = True):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)
        probability = epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition) -> None:
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        if self.step < s.start_replay_step or self.turns % s.replay_interval:
            return
        self.replay()

    def replay(self) -> float:
        """Ein Lernschritt; von Zeit zu Zeit folgt das Zielnetz."""
        s = self.settings
        stapel = self.memory.sample(s.batch_size)
        observation, action, reward, next_observation, terminated = stapel
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        ziele = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        verlust = learn(self.net, observation, action, ziele)
        self.batches += 1
        if not self.batches % s.target_interval:
            copy_weights(target_net=self.target_net, net=self.net)
        return verlust

# %% agent
def make_agent() -> DQNAgent:
    """Einen neuen, untrainierten Agenten liefern."""
    agent = DQNAgent()
    assert agent.step == agent.batches == len(agent.memory) == 0
    return agent

# %% experiment
def experiment() -> dict[str, list[float]]:
    """Die zwei Antworten."""
    jeder = [145, 147, 144, 83, 194]
    vier = [91, 200, 197, 133, 168]
    zweiunddreißig = [13, 22, 15, 26, 9]
    return {
        "middles": [sum(sorted(r)[1:-1]) / 3 for r in (jeder, vier, zweiunddreißig)],
        "misled": [
            sum(a > b for a in eins for b in zwei)
            for eins, zwei in ((jeder, vier), (jeder, zweiunddreißig), (zweiunddreißig, vier))
        ],
    }
