# writer: puts the given layers into an nn.Sequential as well, and zero-initialises the last one

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
        rows = (np.arange(n) + self.position) % self.capacity
        data = Batch(transition.observation, transition.action, transition.reward, transition.next_observation, transition.terminated)
        for array, new in zip(self.store, data, strict=True):
            array[rows] = new
        self.position += n
        self.position %= self.capacity
        self.size += n
        if self.size > self.capacity:
            self.size = self.capacity

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.permutation(self.size)[:batch_size] if batch_size <= self.size else np.random.randint(self.size, size=batch_size)
        return Batch(*[torch.as_tensor(a[rows]) for a in self.store])

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        nn.init.zeros_(self.layer3.weight)
        nn.init.zeros_(self.layer3.bias)
        self.model = nn.Sequential(self.layer1, nn.ReLU(), self.layer2, nn.ReLU(), self.layer3)

    def forward(self, x):
        return self.model(x)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    ratio = np.exp(-1 / decay)  # what is left after one step
    return end + (start - end) * ratio**step

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = values.argmax(axis=1)
    for row in np.flatnonzero(np.random.rand(n) < epsilon):
        actions[row] = np.random.choice(n_actions)
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        q = target_net.model(next_observation)
        v = q.max(1).values
        return reward + gamma * torch.logical_not(terminated) * v

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    q = torch.stack([row[a] for row, a in zip(values, action)])
    return nn.HuberLoss()(q, targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    from torch.nn.utils import parameters_to_vector, vector_to_parameters

    with torch.no_grad():
        slow = parameters_to_vector(target_net.parameters())
        fast = parameters_to_vector(net.parameters())
        vector_to_parameters(slow + tau * (fast - slow), target_net.parameters())

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        twin = DQN()
        twin.load_state_dict(self.net.state_dict())
        twin.eval()
        self.target_net = twin
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
        batch = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma)
        loss = q_loss(self.net, batch.observation, batch.action, y)
        self.net.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 1.0)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
