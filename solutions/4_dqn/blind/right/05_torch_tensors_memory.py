# writer: stores preallocated torch tensors and samples with torch.randint

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    next_observation: torch.Tensor
    terminated: torch.Tensor


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=torch.zeros(capacity, 4),
            action=torch.zeros(capacity, dtype=torch.long),
            reward=torch.zeros(capacity),
            next_observation=torch.zeros(capacity, 4),
            terminated=torch.zeros(capacity, dtype=torch.bool),
        )
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        for field, tensor in zip(Batch._fields, self.store):
            new = torch.as_tensor(getattr(transition, field)).to(tensor.dtype)[-self.capacity:]
            n = len(transition.action)
            first = (self.position + n - len(new)) % self.capacity
            fits = min(len(new), self.capacity - first)
            tensor[first : first + fits] = new[:fits]
            tensor[: len(new) - fits] = new[fits:]
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = torch.randint(0, self.size, (batch_size,))
        return Batch(*(tensor[rows] for tensor in self.store))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = torch.relu(self.layer1(x))
        x = torch.relu(self.layer2(x))
        return self.layer3(x)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    decayed = torch.exp(torch.tensor(-step / decay, dtype=torch.float64))
    return torch.lerp(torch.tensor(float(end), dtype=torch.float64), torch.tensor(float(start), dtype=torch.float64), decayed).item()

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = torch.from_numpy(values).argmax(dim=1)
    explore = torch.bernoulli(torch.full((n,), float(epsilon), dtype=torch.float64)).bool()
    random_actions = torch.randint(n_actions, (n,))
    return torch.where(explore, random_actions, greedy).numpy()

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values
        v = v.masked_fill(terminated, 0.0)
        return torch.add(reward, v, alpha=gamma)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = torch.take_along_dim(net(observation), action.view(-1, 1), dim=1).view(-1)
    return F.smooth_l1_loss(input=q, target=targets, beta=1.0)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        torch._foreach_lerp_(list(target_net.parameters()), list(net.parameters()), tau)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.target_net.requires_grad_(False)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=self.settings.lr, foreach=True)
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
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), max_norm=10.0)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
