# writer: a plain Python list as ring, tuples as rows, transposed with zip

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring of the last `capacity` transitions in a list."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.rows = []
        self.position = 0

    def __len__(self):
        return len(self.rows)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        for i in range(len(transition.action)):
            row = tuple(getattr(transition, name)[i] for name in Batch._fields)
            try:
                self.rows[self.position] = row
            except IndexError:
                self.rows.append(row)
            self.position = (self.position + 1) % self.capacity

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        picked = [self.rows[i] for i in np.random.randint(len(self.rows), size=batch_size)]
        types = (torch.float32, torch.int64, torch.float32, torch.float32, torch.bool)
        return Batch(*(torch.as_tensor(np.array(column), dtype=t) for column, t in zip(zip(*picked), types)))

# %% forward
from functools import reduce


class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        steps = self.layer1, F.relu, self.layer2, F.relu, self.layer3
        return reduce(lambda value, function: function(value), steps, x)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    from math import exp

    return end + (start - end) * exp(-step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = []
    for row in values.tolist():
        options = range(n_actions)
        if np.random.rand() < epsilon:
            actions.append(np.random.choice(options))
        else:
            actions.append(max(options, key=row.__getitem__))
    return np.array(actions, dtype=np.int64)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        columns = target_net(next_observation).unbind(dim=1)
        value = reduce(torch.maximum, columns)
        return reward + (gamma * ~terminated) * value

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    rows = range(len(action))
    q = net(observation)[rows, action.tolist()]
    huber = torch.nn.SmoothL1Loss(reduction="sum")
    return huber(q, targets) / len(action)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    pairs = list(zip(target_net.parameters(), net.parameters()))
    while pairs:
        slow, fast = pairs.pop()
        slow.detach().lerp_(fast.detach(), tau)  # detach shares the memory

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(dict(self.net.named_parameters()))
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=self.settings.lr)
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
        b = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, *b[2:], s.gamma)
        loss = q_loss(self.net, *b[:2], y)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 10)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
