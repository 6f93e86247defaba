# writer: sigue las fórmulas al pie de la letra, con nombres de una letra y comentarios en español

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
        # filas del anillo: p, p+1, ..., p+n-1 (mod N)
        p, N = self.position, self.capacity
        filas = (p + np.arange(n)) % N
        o, a, r, o2, t = self.store
        o[filas] = transition.observation
        a[filas] = transition.action
        r[filas] = transition.reward
        o2[filas] = transition.next_observation
        t[filas] = transition.terminated
        self.position, self.size = (p + n) % N, min(self.size + n, N)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        k = np.random.randint(0, self.size, size=(batch_size,))
        o, a, r, o2, t = (torch.from_numpy(x[k]) for x in self.store)
        return Batch(o, a, r, o2, t)

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        # Q = W3 ReLU(W2 ReLU(W1 s + b1) + b2) + b3
        W1, b1 = self.layer1.weight, self.layer1.bias
        W2, b2 = self.layer2.weight, self.layer2.bias
        W3, b3 = self.layer3.weight, self.layer3.bias
        ReLU = torch.relu
        return ReLU(ReLU(x @ W1.T + b1) @ W2.T + b2) @ W3.T + b3

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    # eps(t) = fin + (inicio - fin) e^(-t/d)
    t, d = step, decay
    return end + (start - end) * np.exp(-t / d)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    # moneda por fila; acción al azar o la mejor
    u = np.random.rand(n)
    azar = np.floor(np.random.rand(n) * n_actions).astype(np.int64)
    mejor = np.argmax(values, 1)
    return np.where(u < epsilon, azar, mejor)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    # y = r + gamma V(s'), V(s') = max_a' Q(s', a'), V = 0 tras la caída
    with torch.no_grad():
        Q = target_net(next_observation)
        V = Q.sort(dim=1, descending=True).values[:, 0]
        V = V * ~terminated
        y = reward + gamma * V
    return y

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    Q = net(observation)
    Q_sa = Q.gather(1, action.reshape(-1, 1)).reshape(-1)
    y = targets
    d = Q_sa - y
    L = torch.where(abs(d) < 1, d**2 / 2, abs(d) - 1 / 2)
    return L.mean()

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    # theta' <- tau theta + (1 - tau) theta'
    for theta2, theta in zip(target_net.parameters(), net.parameters()):
        theta2.data.copy_(tau * theta.data + (1 - tau) * theta2.data)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        # segunda red, los mismos pesos
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
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
        o, a, r, o2, t = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, r, o2, t, s.gamma)
        L = q_loss(self.net, o, a, y)
        self.optimizer.zero_grad()
        L.backward()
        # ningún número mayor que 100
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
