# writer: commentaires en français, fonctions imbriquées et générateurs

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next transition
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        # les n lignes suivantes de l'anneau
        def lignes():
            for _ in range(n):
                ligne = self.position
                self.position = (self.position + 1) % self.capacity
                yield ligne

        lignes = np.fromiter(lignes(), dtype=np.int64, count=n)
        for nom in Batch._fields:
            getattr(self.store, nom)[lignes] = getattr(transition, nom)
        self.size = sorted((0, self.size + n, self.capacity))[1]

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        # tirage avec remise
        lignes = np.random.choice(np.arange(self.size), size=batch_size, replace=True)

        def tenseur(tableau):
            return torch.as_tensor(tableau[lignes])

        return Batch(*map(tenseur, self.store))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        def cachee(couche, entree):
            return F.relu(couche(entree))

        return self.layer3(cachee(self.layer2, cachee(self.layer1, x)))

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    # décroissance exponentielle
    def reste(t):
        return np.exp(-t / decay)

    return end + (start - end) * reste(step)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    # chaque ligne décide pour elle-même
    def gourmand(ligne):
        return int(np.argmax(ligne))

    def hasard():
        return int(np.random.random() * n_actions)

    return np.array(
        [hasard() if np.random.random() < epsilon else gourmand(ligne) for ligne in values], dtype=np.int32
    )

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    def valeur():
        # le maximum sur les actions, sans gradient
        return target_net(next_observation).detach().max(dim=1).values

    return reward + gamma * valeur() * (terminated == False)  # noqa: E712

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    def q():
        return torch.diagonal(net(observation)[:, action])  # ligne i, action de la ligne i

    return F.smooth_l1_loss(q(), targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    @torch.no_grad()
    def vers(lent, rapide):
        lent.sub_(tau * (lent - rapide))

    for paire in zip(target_net.parameters(), net.parameters()):
        vers(*paire)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        def jumeau(reseau):
            copie = DQN()
            copie.load_state_dict(reseau.state_dict())
            return copie

        self.target_net = jumeau(self.net)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    def act(self, observation, explore=True):
        if not explore:
            return select_action(self.net, observation, 0.0)
        s = self.settings
        probability = epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay)
        self.steps_done += len(observation)
        return select_action(self.net, observation, probability)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward  # (n,)
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        """Do one update step with a batch from the memory."""
        s = self.settings
        def perte(lot):
            cibles = td_targets(self.target_net, lot.reward, lot.next_observation, lot.terminated, s.gamma)
            return q_loss(self.net, lot.observation, lot.action, cibles)

        self.optimizer.zero_grad()
        perte(self.memory.sample(s.batch_size)).backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
