# writer: ein deutscher Student mit ausführlichen deutschen Kommentaren und Namen
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    # Zwei verdeckte Schichten mit ReLU, danach eine lineare Schicht.
    verdeckt = layers.Dense(hidden_size, activation="relu", name="verdeckt_1")(observation)
    verdeckt = layers.Dense(hidden_size, activation="relu", name="verdeckt_2")(verdeckt)
    # Keine Aktivierung: ein Q-Wert darf auch negativ sein!
    q_werte = layers.Dense(n_actions, name="q_werte")(verdeckt)
    # Die Maske schaltet die nicht gewählten Aktionen ab.
    output = layers.Multiply(name="maskiert")([q_werte, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    # Der zurückgelegte Anteil des Weges, höchstens 1.
    anteil = step / steps
    if anteil > 1:
        anteil = 1
    # Geradengleichung
    return start + (end - start) * anteil
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    # Alle Q-Werte durchlassen: Maske aus lauter Einsen.
    einsen = np.ones((n, n_actions))
    q_werte = net.predict_on_batch([observation, einsen])
    # Zuerst überall die beste Aktion ...
    aktionen = np.argmax(q_werte, axis=1)
    # ... dann in manchen Zeilen eine zufällige.
    zufällig = np.random.rand(n) < epsilon
    anzahl = np.count_nonzero(zufällig)
    aktionen[zufällig] = np.random.randint(0, n_actions, anzahl)
    return aktionen
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    # Q-Werte des nächsten Zustands
    q_werte = net.predict_on_batch([next_observation, ones])
    # bester Wert je Zeile (Achse 1 sind die Aktionen)
    bester_wert = np.amax(q_werte, axis=1)
    # Nach dem Umfallen kommt nichts mehr.
    bester_wert[terminated] = 0
    return reward + gamma * bester_wert
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    # Maske: 1 bei der gewählten Aktion, sonst 0
    maske = np.zeros((len(action), n_actions), dtype=np.float32)
    maske[np.arange(len(action)), action] = 1
    # Soll: das Ziel bei der gewählten Aktion, sonst 0
    soll = maske * targets.reshape(len(targets), 1)
    verlust = net.train_on_batch([observation, maske], soll)
    return verlust
# %% naive
@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    gamma: float = 0.97  # discount
    reward_scale: float = 0.02  # DQNAgent scales the rewards by this factor
    epsilon_start: float = 1.0
    epsilon_end: float = 0.03
    epsilon_steps: int = 2_000  # steps until epsilon has fallen from start to end
    alpha: float = 4e-3  # learning rate
    batch_size: int = 256
    memory_size: int = 12_000
    start_replay_step: int = 500  # steps played before the first update step
    replay_interval: int = 4  # turns (one step of all cart poles) between two batches
    target_interval: int = 4  # batches between two copies to the target network


class AdvancedQAgent(AbstractAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

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

    def replay(self):
        """Do one update step with the last steps."""
        s = self.settings
        # Liste von Tupeln -> fünf Felder
        spalten = list(zip(*self.memory))
        observation = np.array(spalten[0])
        action = np.array(spalten[1])
        reward = np.array(spalten[2])
        next_observation = np.array(spalten[3])
        terminated = np.array(spalten[4])
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        # Beim naiven Agenten kommen die Ziele vom selben Netz.
        ziele = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, ziele)
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        # Passt alles noch bis zum Ende, oder müssen wir umbrechen?
        platz = self.capacity - self.position
        for feld in Batch._fields:
            speicher = getattr(self.store, feld)
            neu = getattr(transition, feld)
            if n <= platz:
                speicher[self.position : self.position + n] = neu
            else:
                speicher[self.position :] = neu[:platz]  # bis zum Ende
                speicher[: n - platz] = neu[platz:]  # der Rest vorne
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        # nur gefüllte Zeilen ziehen
        zeilen = np.random.randint(0, self.size, batch_size)
        return Batch(
            observation=self.store.observation[zeilen],
            action=self.store.action[zeilen],
            reward=self.store.reward[zeilen],
            next_observation=self.store.next_observation[zeilen],
            terminated=self.store.terminated[zeilen],
        )
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    # net gibt, target_net bekommt
    gewichte = net.get_weights()
    target_net.set_weights(gewichte)
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        # Zielnetz: gleiche Schichten, gleiche Gewichte, aber ein eigenes Objekt
        self.target_net = build_model(alpha=s.alpha)
        copy_weights(self.target_net, self.net)
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)  # epsilon falls from the first batch on
        probability = epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)  # zuerst merken
        genug = self.step >= s.start_replay_step
        dran = self.turns % s.replay_interval == 0
        if genug and dran:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        stapel = self.memory.sample(s.batch_size)
        observation, action, reward, next_observation, terminated = stapel
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        ziele = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, ziele)
        # zählen, dann vielleicht kopieren
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    # Die Einstellungen aus dem Text lernen gut.
    return DQNAgent(Settings())
