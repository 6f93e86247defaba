# writer: somebody who optimises for speed (tensor memory with slices, in-place ReLU, foreach operations, few draws)
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

    __slots__ = ("capacity", "store", "position", "size")

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=torch.empty((capacity, 4), dtype=torch.float32),
            action=torch.empty(capacity, dtype=torch.int64),
            reward=torch.empty(capacity, dtype=torch.float32),
            next_observation=torch.empty((capacity, 4), dtype=torch.float32),
            terminated=torch.empty(capacity, dtype=torch.bool),
        )
        self.position = 0  # the row of the next transition
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        skip = max(0, n - self.capacity)  # these would be overwritten at once
        start = (self.position + skip) % self.capacity
        first = min(n - skip, self.capacity - start)  # up to the end of the ring
        for name, column in zip(Batch._fields, self.store):
            data = torch.as_tensor(getattr(transition, name))[skip:]
            column[start : start + first] = data[:first]
            if first < len(data):
                column[: len(data) - first] = data[first:]
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = torch.randint(self.size, (batch_size,))
        return Batch(*[column.index_select(0, rows) for column in self.store])

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return self.layer3(self.layer2(self.layer1(x).relu_()).relu_())

# %% epsilon
from math import exp


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * exp(-step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = values.argmax(1)
    # the number of random rows is binomial, and which ones does not matter: two draws in all
    k = np.random.binomial(n, epsilon)
    if k:
        actions[np.random.permutation(n)[:k]] = np.random.randint(n_actions, size=k)
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        value = target_net(next_observation).amax(1)
        value[terminated] = 0
        return torch.add(reward, value, alpha=gamma)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    # flat index: row * n_actions + action
    flat = torch.arange(0, values.numel(), values.shape[1], device=values.device) + action
    return F.smooth_l1_loss(values.take(flat), targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        slow, fast = list(target_net.parameters()), list(net.parameters())
        torch._foreach_mul_(slow, 1 - tau)
        torch._foreach_add_(slow, fast, alpha=tau)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN().requires_grad_(False)
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
        batch = self.memory.sample(s.batch_size)
        targets = td_targets(
            self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma
        )
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        self.net.zero_grad(set_to_none=True)
        loss.backward()
        with torch.no_grad():
            for parameter in self.net.parameters():
                torch.clamp(parameter.grad, -100, 100, out=parameter.grad)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(batch_size=256))
