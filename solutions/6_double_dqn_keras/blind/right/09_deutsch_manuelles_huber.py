# writer: ein deutscher Student mit vielen Kommentaren, Huber-Verlust von Hand
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

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.store = Batch(
            observation=np.zeros((buffer_size, 4), np.float32),
            action=np.zeros(buffer_size, np.int64),
            reward=np.zeros(buffer_size, np.float32),
            next_observation=np.zeros((buffer_size, 4), np.float32),
            terminated=np.zeros(buffer_size, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        # Die nächsten n Zeilen im Ring
        platz = self.buffer_size - self.position
        for feld in Batch._fields:
            alt, neu = getattr(self.store, feld), getattr(transition, feld)
            # erst bis zum Ende ...
            alt[self.position : self.position + n] = neu[:platz]
            # ... der Rest kommt an den Anfang
            if n > platz:
                alt[: n - platz] = neu[platz:]
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        # Mehr Schritte als vorhanden: das ist ein Fehler.
        if batch_size > self.size:
            raise ValueError(f"Nur {self.size} Schritte im Speicher, {batch_size} verlangt.")
        # Mischen und die ersten nehmen: so kommt keiner doppelt vor.
        zeilen = np.arange(self.size)
        np.random.shuffle(zeilen)
        zeilen = zeilen[:batch_size]
        return Batch(*(feld[zeilen] for feld in self.store))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        # verdeckte Schichten
        self.hidden_layers = []
        while len(self.hidden_layers) < n_hidden_layers:
            self.hidden_layers.append(keras.layers.Dense(128, activation="relu"))
        # Ausgabeschicht ohne Aktivierung
        self.output_layer = keras.layers.Dense(n_actions, activation=None)

    def call(self, x):
        # nacheinander durch alle Schichten
        for schicht in self.hidden_layers:
            x = schicht(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        # die Nummer des größten Q-Werts in jeder Zeile
        q_werte = self.predict_on_batch(observation)
        return np.argmax(q_werte, axis=1)

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
    # Anteil des Weges, nie mehr als 1
    anteil = min(step / steps, 1)
    return (1 - anteil) * start + anteil * end
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    # für jede Zeile eine eigene Münze
    münzen = np.random.rand(n)
    zufall = np.random.randint(0, n_actions, size=n)
    gierig = np.argmax(values, axis=1)
    return np.where(münzen < epsilon, zufall, gierig)
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    # größter Q-Wert des Zielnetzes
    bester = keras.ops.max(target_net(next_observation), axis=1)
    ziel = keras.ops.where(terminated, reward, reward + gamma * bester)
    return keras.ops.stop_gradient(ziel)  # das Ziel ist eine feste Zahl
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    # net wählt ...
    gewählt = keras.ops.argmax(net(next_observation), axis=1)
    # ... target_net bewertet (Auswahl über 1-aus-n-Kodierung)
    maske = keras.ops.one_hot(gewählt, target_net.n_actions)
    wert = keras.ops.sum(maske * target_net(next_observation), axis=1)
    ziel = keras.ops.where(terminated, reward, reward + gamma * wert)
    return keras.ops.stop_gradient(ziel)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    maske = keras.ops.one_hot(action, net.n_actions)
    q_wert = keras.ops.sum(maske * net(observation), axis=1)
    fehler = keras.ops.abs(q_wert - targets)
    # unter 1 quadratisch, darüber eine Gerade
    klein = keras.ops.minimum(fehler, 1.0)
    return keras.ops.mean(0.5 * klein**2 + (fehler - klein))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    # net gibt, target_net bekommt
    target_net.set_weights(net.get_weights())
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        # ein zweites Netz, zu Beginn mit denselben Gewichten
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
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
            # In beiden Fällen bewertet das Zielnetz.
            if s.double:
                ziele = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            else:
                ziele = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            verlust = q_loss(self.net, observation, action, ziele)
        gradienten = tape.gradient(verlust, variables)
        self.optimizer.apply(gradienten, variables)
        return verlust

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
        self.buffer.add(transition)  # merken
        if len(self.buffer) < s.min_replay_size:
            return  # noch zu wenig
        self.learn()
        if self.batches % s.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    # Einstellungen aus dem Text
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    # Gewichte und Konfiguration
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    # Die Klasse ist bei Keras angemeldet.
    return keras.models.load_model(path)
