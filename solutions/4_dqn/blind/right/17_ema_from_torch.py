# writer: looks for a ready-made function in torch for everything

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
        rows = np.take(np.arange(self.capacity), np.arange(self.position, self.position + n), mode="wrap")
        for name, array in zip(Batch._fields, self.store):
            np.put(array, rows, getattr(transition, name)) if array.ndim == 1 else array.__setitem__(rows, getattr(transition, name))
        self.position = (self.position + n) % self.capacity
        self.size = np.clip(self.size + n, 0, self.capacity).item()

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        uniform = torch.ones(self.size)
        rows = torch.multinomial(uniform, batch_size, replacement=True).cpu().numpy()
        return Batch(*(torch.as_tensor(array[rows]) for array in self.store))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        h = F.threshold(self.layer1(x), 0, 0)
        h = F.threshold(self.layer2(h), 0, 0)
        return self.layer3(h)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp2(-step / decay * np.log2(np.e))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    shape = (n,)
    greedy = values.argmax(-1)
    mixed = np.ma.array(greedy, mask=np.random.rand(*shape) < epsilon)
    return mixed.filled(0) + mixed.mask * np.random.randint(n_actions, size=shape)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    @torch.no_grad()
    def value(x):
        return torch.func.functional_call(target_net, dict(target_net.named_parameters()), (x,)).amax(-1)

    return torch.addcmul(reward, value(next_observation), terminated.logical_not().to(reward.dtype), value=gamma)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    pick = torch.vmap(lambda row, a: row.gather(0, a.unsqueeze(0)).squeeze(0))
    return F.smooth_l1_loss(pick(net(observation), action), targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    from torch.optim.swa_utils import get_ema_multi_avg_fn

    average = get_ema_multi_avg_fn(decay=1 - tau)
    average(list(target_net.parameters()), list(net.parameters()), None)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = type(self.net)()
        nn.utils.vector_to_parameters(
            nn.utils.parameters_to_vector(self.net.parameters()).detach().clone(), self.target_net.parameters()
        )
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
        self.optimizer.zero_grad()
        q_loss(self.net, batch.observation, batch.action, y).backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0, error_if_nonfinite=True)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
