# writer: a numerical analyst: one float64 table as memory, own generator, expm1, NumPy targets, parameters as one vector
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions.

    One table, a row for each transition: s (0..3), a (4), r (5), s' (6..9), terminated (10).
    """

    def __init__(self, capacity):
        self.capacity = capacity
        self.table = np.zeros((capacity, 11))
        self.count = 0  # transitions ever pushed
        self.rng = np.random.default_rng()

    def __len__(self):
        return min(self.count, self.capacity)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        block = np.column_stack(
            [
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            ]
        )
        n = block.shape[0]
        self.table[np.mod(self.count + np.arange(n), self.capacity)] = block
        self.count += n

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        block = self.table[self.rng.integers(len(self), size=batch_size)]
        return Batch(
            observation=torch.tensor(block[:, 0:4], dtype=torch.float32),
            action=torch.tensor(block[:, 4], dtype=torch.int64),
            reward=torch.tensor(block[:, 5], dtype=torch.float32),
            next_observation=torch.tensor(block[:, 6:10], dtype=torch.float32),
            terminated=torch.tensor(block[:, 10] != 0.0),
        )

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        h1 = torch.addmm(self.layer1.bias, x, self.layer1.weight.T).clamp(min=0.0)
        h2 = torch.addmm(self.layer2.bias, h1, self.layer2.weight.T).clamp(min=0.0)
        return torch.addmm(self.layer3.bias, h2, self.layer3.weight.T)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    # start at step 0 exactly; expm1 is accurate for small arguments
    return start + (start - end) * np.expm1(-step / decay)

# %% act
EXPLORER = np.random.default_rng(7)


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    u = EXPLORER.random(n)
    actions = np.argmax(values, axis=1)
    # where u < epsilon, u / epsilon is uniform again: no second draw is needed
    (rows,) = np.nonzero(u < epsilon)
    actions[rows] = np.minimum(np.floor(u[rows] / epsilon * n_actions), n_actions - 1)
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    q = target_net(next_observation).detach().cpu().numpy()
    goes_on = 1.0 - terminated.cpu().numpy().astype(np.float64)
    y = reward.cpu().numpy() + gamma * goes_on * q.max(axis=1)
    return torch.tensor(y, dtype=reward.dtype, device=reward.device)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    rows = torch.arange(q.shape[0], device=q.device)
    delta = q[rows, action] - targets
    size = torch.abs(delta)
    return torch.where(size < 1.0, 0.5 * delta**2, size - 0.5).sum() / q.shape[0]

# %% soft_update
from torch.nn.utils import parameters_to_vector, vector_to_parameters


def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        theta = parameters_to_vector(net.parameters())
        theta_target = parameters_to_vector(target_net.parameters())
        vector_to_parameters(tau * theta + (1.0 - tau) * theta_target, target_net.parameters())

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        with torch.no_grad():
            for copy, original in zip(self.target_net.parameters(), self.net.parameters()):
                copy[...] = original
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True
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
        obs, act, rew, obs_next, term = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, rew, obs_next, term, s.gamma)
        for parameter in self.net.parameters():
            parameter.grad = None
        q_loss(self.net, obs, act, y).backward()
        for parameter in self.net.parameters():
            parameter.grad.clamp_(-100.0, 100.0)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(gamma=1.0 - 1.0e-2, lr=5.0e-3, tau=0.25))
