# writer: une étudiante française, commentaires en français, masques et einsum
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
        # les lignes suivantes de l'anneau
        lignes = [k % self.buffer_size for k in range(self.position, self.position + n)]
        for champ in Batch._fields:
            getattr(self.store, champ)[lignes] = getattr(transition, champ)
        self.position = (lignes[-1] + 1) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        # tirage sans remise ; trop demander est une erreur
        if batch_size > self.size:
            raise RuntimeError("pas assez d'étapes")
        urne = set()
        while len(urne) < batch_size:
            urne.add(random.randrange(self.size))
        lignes = list(urne)
        return Batch(*(tableau[lignes] for tableau in self.store))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        # couches cachées : 128 unités, ReLU
        self.hidden_layers = [
            keras.layers.Dense(128, activation="relu", kernel_initializer="lecun_normal")
            for _ in range(n_hidden_layers)
        ]
        # petite initialisation pour la dernière couche
        self.output_layer = keras.layers.Dense(n_actions, kernel_initializer="zeros")

    def call(self, x):
        caché = x
        for couche in self.hidden_layers:
            caché = couche(caché)
        return self.output_layer(caché)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(axis=1)

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
    t = sorted([0, step / steps, 1])[1]
    return start * (1 - t) + end * t
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    hasard = np.random.rand(n) < epsilon
    return hasard * np.random.randint(n_actions, size=n) + ~hasard * values.argmax(axis=1)
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    valeur = keras.ops.max(target_net(next_observation), axis=1)
    vivant = keras.ops.cast(~terminated, "float32")
    return keras.ops.stop_gradient(reward + gamma * vivant * valeur)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    choix = keras.ops.one_hot(keras.ops.argmax(net(next_observation), axis=1), net.n_actions)
    valeur = keras.ops.einsum("ba,ba->b", choix, target_net(next_observation))
    vivant = keras.ops.cast(~terminated, "float32")
    return keras.ops.stop_gradient(reward + gamma * vivant * valeur)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    choix = keras.ops.one_hot(action, net.n_actions)
    prédit = keras.ops.einsum("ba,ba->b", choix, net(observation))
    return keras.ops.mean(keras.losses.huber(targets[:, None], prédit[:, None]))
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    # net donne, target_net reçoit
    target_net.set_weights(net.get_weights())
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        # le deuxième réseau commence avec les mêmes poids
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
            suite = (self.target_net, reward, next_observation, terminated, s.gamma)
            cibles = double_dqn_targets(self.net, *suite) if s.double else td_targets(*suite)
            perte = q_loss(self.net, observation, action, cibles)
        gradients = tape.gradient(perte, variables)
        self.optimizer.apply(gradients, variables)
        return perte

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
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    # les réglages du texte
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    # tout le modèle, poids et configuration
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
