# writer: une étudiante française, qui aime einsum et les algèbres de masques
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    # Deux couches cachées, puis une couche linéaire, puis le masque.
    cachée = observation
    for _ in "12":
        cachée = layers.Dense(hidden_size, "relu")(cachée)
    valeurs = layers.Dense(n_actions)(cachée)
    output = layers.Multiply()([mask, valeurs])  # l'ordre ne compte pas pour un produit
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    # Combinaison convexe du début et de la fin.
    t = sorted((0.0, step / steps, 1.0))[1]
    return (1 - t) * start + t * end
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    # hasard vaut 1 là où la ligne explore
    hasard = (np.random.rand(n) < epsilon).astype(np.int64)
    glouton = np.argmax(net.predict_on_batch([observation, np.ones((n, n_actions))]), axis=1)
    dé = np.random.randint(0, n_actions, size=n)
    return hasard * dé + (1 - hasard) * glouton
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    valeurs = net.predict_on_batch([next_observation, ones])
    meilleur = (np.arange(valeurs.shape[1]) == valeurs.argmax(axis=1)[:, None]).astype(valeurs.dtype)
    suivante = np.einsum("ba,ba->b", meilleur, valeurs)
    vivant = 1 - terminated.astype(valeurs.dtype)
    return reward + gamma * vivant * suivante
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    # un codage « one-hot » par comparaison
    masque = np.equal.outer(action, np.arange(n_actions)).astype(np.float32)
    voulu = np.einsum("b,ba->ba", targets, masque)
    perte = net.train_on_batch([observation, masque], voulu)
    return perte
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
        # cinq listes, puis cinq tableaux
        listes = ([], [], [], [], [])
        for étape in self.memory:
            for liste, valeur in zip(listes, étape):
                liste.append(valeur)
        observation, action, reward, next_observation, terminated = map(np.asarray, listes)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        cibles = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, cibles)
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
        # les n prochaines lignes, en tournant autour de l'anneau
        lignes = np.roll(np.arange(self.capacity), -self.position)[:n]
        for champ in Batch._fields:
            getattr(self.store, champ)[lignes] = getattr(transition, champ)
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        # tirage avec remise, toutes les lignes remplies ont la même chance
        tirage = np.random.choice(np.arange(self.size), batch_size)
        return Batch(*(tableau[tirage, ...] for tableau in self.store))
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    # net donne, target_net reçoit
    target_net.set_weights(net.get_weights())
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        # un deuxième réseau, avec les mêmes poids au début
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
        self.memory.push(transition)
        assez = self.step >= s.start_replay_step
        à_son_tour = self.turns % s.replay_interval == 0
        if assez and à_son_tour:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        cibles = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, cibles)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    # les réglages du texte
    return DQNAgent(Settings())
