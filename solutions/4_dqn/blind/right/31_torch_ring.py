# writer: keeps the memory in torch tensors, Sequential inside, decorators no_grad, foreach ops
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    next_observation: torch.Tensor
    terminated: torch.Tensor


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions, in tensors."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.pushed = 0  # how many transitions ever came
        self.store = Batch(
            torch.empty(capacity, 4),
            torch.empty(capacity, dtype=torch.int64),
            torch.empty(capacity),
            torch.empty(capacity, 4),
            torch.empty(capacity, dtype=torch.bool),
        )

    def __len__(self):
        return min(self.pushed, self.capacity)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        skip = max(0, n - self.capacity)
        rows = torch.arange(self.pushed + skip, self.pushed + n).remainder(self.capacity)
        for name, column in self.store._asdict().items():
            new = torch.as_tensor(getattr(transition, name)[skip:], dtype=column.dtype)
            column.index_copy_(0, rows, new)
        self.pushed += n

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = torch.randint(len(self), (batch_size,))
        return Batch._make(column.index_select(0, rows) for column in self.store)

# %% forward
class DQN(nn.Sequential):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.relu1 = nn.ReLU(inplace=True)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.relu2 = nn.ReLU(inplace=True)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return super().forward(x)

# %% epsilon
import math


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    share = math.exp(-step / decay)
    return share * start + (1.0 - share) * end

# %% act
@torch.inference_mode()
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net(torch.as_tensor(observation, dtype=torch.float32))
    n, n_actions = values.shape
    explore = torch.rand(n, device=values.device) < epsilon
    anything = torch.randint(n_actions, (n,), device=values.device)
    return torch.where(explore, anything, values.argmax(dim=1)).cpu().numpy()

# %% targets
@torch.no_grad()
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    return torch.where(terminated, reward, reward + gamma * target_net(next_observation).amax(1))

# %% loss
huber = nn.SmoothL1Loss()


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    return huber(torch.take_along_dim(net(observation), action[:, None], dim=1).flatten(), targets)

# %% soft_update
@torch.no_grad()
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    slow, fast = list(target_net.parameters()), list(net.parameters())
    torch._foreach_mul_(slow, 1 - tau)
    torch._foreach_add_(slow, fast, alpha=tau)

# %% update
import copy


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = copy.deepcopy(self.net).requires_grad_(False).eval()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=self.settings.lr, amsgrad=True)
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
        o, a, r, o2, t = self.memory.sample(s.batch_size)
        loss = q_loss(self.net, o, a, td_targets(self.target_net, r, o2, t, s.gamma))
        parameters = list(self.net.parameters())
        gradients = torch.autograd.grad(loss, parameters)
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clamp(-100, 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
        return loss.item()

# %% agent
make_agent = DQNAgent
