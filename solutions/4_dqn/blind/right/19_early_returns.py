# writer: early returns, special cases first, try/except around the environment's data

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
        if n == 0:
            return
        rows = (self.position + np.arange(n)) % self.capacity
        for name in Batch._fields:
            try:
                value = getattr(transition, name)
            except AttributeError as error:
                raise TypeError(f"a transition needs the field {name}") from error
            getattr(self.store, name)[rows] = value
        self.position = (self.position + n) % self.capacity
        if self.size == self.capacity:
            return
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        if self.size == 0:
            raise ValueError("the memory is empty")
        rows = np.random.randint(self.size, size=batch_size)
        tensors = []
        for array in self.store:
            tensors.append(torch.as_tensor(array[rows]))
        return Batch(*tensors)

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu_(self.layer1(x))
        x = F.relu_(self.layer2(x))
        return self.layer3(x)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    if start == end:
        return end
    exponent = -step / decay
    if exponent < -700:
        return end
    return end + (start - end) * np.exp(exponent)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argmax(axis=1)
    if epsilon <= 0:
        return greedy
    random_actions = np.random.randint(n_actions, size=n)
    if epsilon >= 1:
        return random_actions
    explore = np.random.rand(n) < epsilon
    greedy[explore] = random_actions[explore]
    return greedy

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    alive = ~terminated
    if not alive.any():
        return reward.detach().clone()
    with torch.no_grad():
        value = torch.zeros_like(reward)
        value[alive] = target_net(next_observation[alive]).max(dim=1).values
    return reward + gamma * value

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    if values.dim() != 2:
        raise ValueError("values must have shape (batch, n_actions)")
    q = values[torch.arange(values.size(0)), action]
    delta = q - targets
    inside = delta.abs() < 1
    return torch.where(inside, 0.5 * delta.square(), delta.abs() - 0.5).mean()

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    if tau == 0:
        return
    if tau == 1:
        target_net.load_state_dict(net.state_dict())
        return
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.mul_(1 - tau)
            slow.add_(fast, alpha=tau)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        for p in self.target_net.parameters():
            p.requires_grad = False
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
        self.optimizer.zero_grad()
        try:
            loss.backward()
            nn.utils.clip_grad_value_(self.net.parameters(), 100)
            self.optimizer.step()
        finally:
            self.optimizer.zero_grad()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    try:
        return DQNAgent(Settings())
    except TypeError:
        return DQNAgent()
