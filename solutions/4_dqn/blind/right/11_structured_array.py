# writer: uses a NumPy structured array as the store

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


ROW = np.dtype([
    ("observation", np.float32, 4),
    ("action", np.int64),
    ("reward", np.float32),
    ("next_observation", np.float32, 4),
    ("terminated", bool),
])


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = np.zeros(capacity, dtype=ROW)
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        new = np.zeros(n, dtype=ROW)
        for name in ROW.names:
            new[name] = getattr(transition, name)
        self.store[(self.position + np.arange(n)) % self.capacity] = new
        self.position = (self.position + n) % self.capacity
        self.size = min(self.capacity, self.size + n)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        drawn = np.random.choice(self.store[: self.size], size=batch_size)
        return Batch(*(torch.from_numpy(np.ascontiguousarray(drawn[name])) for name in Batch._fields))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        relu = nn.ReLU()
        return self.layer3(relu(self.layer2(relu(self.layer1(x)))))

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return (start - end) * np.exp(-step / decay) + end

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argsort(axis=1)[:, -1]
    lottery = np.random.binomial(1, epsilon, size=n)
    return np.choose(lottery, [greedy, np.random.randint(n_actions, size=n)])

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        best = target_net(next_observation).topk(1, dim=1).values[:, 0]
    best[terminated] = 0
    return reward + gamma * best

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    index = torch.stack([torch.arange(len(action)), action])
    return F.smooth_l1_loss(q[index[0], index[1]], targets, reduction="mean")

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    own = target_net.state_dict()  # these tensors share their memory with the network
    for key, value in net.state_dict().items():
        own[key].mul_(1 - tau).add_(tau * value)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        with torch.no_grad():
            for mine, theirs in zip(self.target_net.parameters(), self.net.parameters()):
                mine.copy_(theirs)
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
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        loss = q_loss(
            self.net,
            observation,
            action,
            td_targets(self.target_net, reward, next_observation, terminated, s.gamma),
        )
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), clip_value=50)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
