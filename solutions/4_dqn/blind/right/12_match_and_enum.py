# writer: likes match statements, enums and exhaustive cases

# %% memory
from enum import Enum


class Field(str, Enum):
    OBSERVATION = "observation"
    ACTION = "action"
    REWARD = "reward"
    NEXT_OBSERVATION = "next_observation"
    TERMINATED = "terminated"


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


def empty(field, capacity):
    match field:
        case Field.OBSERVATION | Field.NEXT_OBSERVATION:
            return np.zeros((capacity, 4), np.float32)
        case Field.ACTION:
            return np.zeros(capacity, np.int64)
        case Field.REWARD:
            return np.zeros(capacity, np.float32)
        case Field.TERMINATED:
            return np.zeros(capacity, bool)


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(**{field.value: empty(field, capacity) for field in Field})
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.capacity
        for field in Field:
            getattr(self.store, field.value)[rows] = getattr(transition, field.value)
        self.position = (self.position + n) % self.capacity
        match self.size + n > self.capacity:
            case True:
                self.size = self.capacity
            case False:
                self.size += n

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.randint(self.size, size=batch_size)
        return Batch(**{f.value: torch.as_tensor(getattr(self.store, f.value)[rows]) for f in Field})

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        for number in (1, 2, 3):
            match number:
                case 1 | 2:
                    x = F.relu(getattr(self, f"layer{number}")(x))
                case 3:
                    x = self.layer3(x)
        return x

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    match step:
        case 0:
            return start
        case _:
            return end + (start - end) * np.exp(-step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    def decide(row):
        match np.random.rand() < epsilon:
            case True | np.True_:
                return np.random.randint(n_actions)
            case _:
                return row.argmax()

    return np.fromiter((decide(row) for row in values), dtype=np.int64, count=n)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        match target_net(next_observation).max(dim=1):
            case (best, _):
                return torch.where(terminated, reward, reward + gamma * best)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    taken = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.smooth_l1_loss(taken, targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for pair in zip(target_net.parameters(), net.parameters()):
            match pair:
                case (slow, fast):
                    slow.copy_(torch.lerp(slow, fast, tau))

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0
        self.updates_done = 0

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
        match self.memory.sample(s.batch_size):
            case Batch(observation=o, action=a, reward=r, next_observation=o2, terminated=t):
                y = td_targets(self.target_net, r, o2, t, s.gamma)
                loss = q_loss(self.net, o, a, y)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
        self.updates_done += 1

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
