# writer: deutsche Kommentare, one_hot und einsum statt gather

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
        # die nächsten n Zeilen, am Ende wieder von vorn
        zeilen = np.mod(np.arange(n) + self.position, self.capacity)
        self.store.observation[zeilen] = transition.observation
        self.store.action[zeilen] = transition.action
        self.store.reward[zeilen] = transition.reward
        self.store.next_observation[zeilen] = transition.next_observation
        self.store.terminated[zeilen] = transition.terminated  # truncated bleibt draußen
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        # gleich wahrscheinlich, mit Zurücklegen
        zeilen = np.floor(np.random.rand(batch_size) * self.size).astype(int)
        stapel = [torch.as_tensor(feld[zeilen]) for feld in self.store]
        return Batch(*stapel)

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        h = self.layer1(x).clamp(min=0)  # ReLU
        h = self.layer2(h).clamp(min=0)
        return self.layer3(h)  # hier nichts mehr

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    # am Anfang start, am Ende end
    return end + (start - end) / np.exp(step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    gierig = values.argmax(axis=-1)
    zufall = np.random.randint(n_actions, size=n)
    muenze = np.random.uniform(size=n) < epsilon
    return muenze * zufall + ~muenze * gierig

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        # nach dem Sturz kommt nichts mehr
        weiter = 1.0 - terminated.float()
        wert = torch.max(target_net(next_observation), dim=1)[0]
        return reward + gamma * weiter * wert

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    alle = net(observation)
    maske = F.one_hot(action, num_classes=alle.shape[1]).to(alle.dtype)
    gewaehlt = torch.einsum("ba,ba->b", alle, maske)
    fehler = (gewaehlt - targets).abs()
    return torch.where(fehler < 1, fehler**2 / 2, fehler - 0.5).mean()

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for langsam, schnell in zip(target_net.parameters(), net.parameters(), strict=True):
            langsam += tau * (schnell - langsam)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        # zweites Netz, gleiche Gewichte
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
        stapel = self.memory.sample(s.batch_size)
        ziele = td_targets(self.target_net, stapel.reward, stapel.next_observation, stapel.terminated, s.gamma)
        verlust = q_loss(self.net, stapel.observation, stapel.action, ziele)
        self.optimizer.zero_grad()
        verlust.backward()
        for p in self.net.parameters():
            p.grad.clamp_(-100, 100)
        self.optimizer.step()
        # das Zielnetz zieht nach
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    # die Einstellungen aus dem Text
    return DQNAgent(Settings())
