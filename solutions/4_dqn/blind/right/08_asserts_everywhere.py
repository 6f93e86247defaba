# writer: a careful person who asserts shapes, dtypes and gradients

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
        assert transition.observation.shape == (n, 4)
        rows = (self.position + np.arange(n)) % self.capacity
        self.store.observation[rows] = transition.observation
        self.store.action[rows] = transition.action
        self.store.reward[rows] = transition.reward
        self.store.next_observation[rows] = transition.next_observation
        self.store.terminated[rows] = transition.terminated
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)
        assert 0 <= self.position < self.capacity
        assert self.size <= self.capacity

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        assert self.size > 0, "nothing to sample from"
        rows = np.random.randint(0, self.size, batch_size)
        batch = Batch(*(torch.tensor(array[rows]) for array in self.store))
        assert batch.observation.shape == batch.next_observation.shape == (batch_size, 4)
        assert batch.action.dtype == torch.int64 and batch.terminated.dtype == torch.bool
        return batch

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        assert x.shape[-1] == self.layer1.in_features
        h = F.relu(self.layer1(x))
        h = F.relu(self.layer2(h))
        q = self.layer3(h)
        assert q.shape == (*x.shape[:-1], self.layer3.out_features)
        return q

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    assert decay > 0
    eps = end + (start - end) * np.exp(-step / decay)
    assert min(start, end) - 1e-9 <= eps <= max(start, end) + 1e-9
    return eps

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    assert 0 <= epsilon <= 1
    explore = np.random.rand(n) < epsilon
    actions = np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
    assert actions.shape == (n,) and np.issubdtype(actions.dtype, np.integer)
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    assert terminated.dtype == torch.bool
    with torch.no_grad():
        values = target_net(next_observation)
        assert values.ndim == 2 and len(values) == len(reward)
        y = reward + gamma * values.max(dim=1).values * ~terminated
    assert y.shape == reward.shape and not y.requires_grad
    return y

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    assert not targets.requires_grad
    values = net(observation)
    q = values.gather(1, action.unsqueeze(1)).squeeze(1)
    assert q.shape == targets.shape
    loss = F.smooth_l1_loss(q, targets)
    assert loss.ndim == 0
    return loss

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    assert target_net is not net
    assert 0 <= tau <= 1
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters(), strict=True):
            assert slow.shape == fast.shape and slow is not fast
            slow.lerp_(fast, tau)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        keys = self.target_net.load_state_dict(self.net.state_dict())
        assert not keys.missing_keys
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
        assert len(self.memory) > 0
        batch = self.memory.sample(s.batch_size)
        targets = td_targets(self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma)
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        assert loss.requires_grad
        self.optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is None for p in self.target_net.parameters())
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    settings = Settings()
    assert settings.gamma >= 0.98
    return DQNAgent(settings)
