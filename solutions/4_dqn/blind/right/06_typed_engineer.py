# writer: type hints, small private helpers, keyword arguments everywhere

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray | torch.Tensor
    action: np.ndarray | torch.Tensor
    reward: np.ndarray | torch.Tensor
    next_observation: np.ndarray | torch.Tensor
    terminated: np.ndarray | torch.Tensor


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity: int) -> None:
        if capacity <= 0:
            raise ValueError("capacity must be positive")
        self.capacity: int = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self._pushed: int = 0  # transitions ever seen
        self._rng: np.random.Generator = np.random.default_rng()

    @property
    def position(self) -> int:
        return self._pushed % self.capacity

    @property
    def size(self) -> int:
        return min(self._pushed, self.capacity)

    def __len__(self) -> int:
        return self.size

    def _next_rows(self, n: int) -> np.ndarray:
        return (self._pushed + np.arange(n)) % self.capacity

    def push(self, transition) -> None:
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = self._next_rows(n)
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)
        self._pushed += n

    def sample(self, batch_size: int) -> Batch:
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = self._rng.integers(low=0, high=self.size, size=batch_size)
        return Batch(**{name: torch.as_tensor(array[rows]) for name, array in self.store._asdict().items()})

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        hidden: torch.Tensor = x
        for layer in (self.layer1, self.layer2):
            hidden = F.relu(input=layer(hidden))
        return self.layer3(hidden)

# %% epsilon
def epsilon(step: int, start: float, end: float, decay: float) -> float:
    """The probability of a random action after `step` steps."""
    return float(end + (start - end) * np.exp(-step / decay))

# %% act
_action_rng = np.random.default_rng()


def select_action(net: nn.Module, observation: np.ndarray, epsilon: float) -> np.ndarray:
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return np.where(
        _action_rng.random(size=n) < epsilon,
        _action_rng.integers(low=0, high=n_actions, size=n),
        values.argmax(axis=1),
    )

# %% targets
@torch.no_grad()
def td_targets(
    target_net: nn.Module,
    reward: torch.Tensor,
    next_observation: torch.Tensor,
    terminated: torch.Tensor,
    gamma: float,
) -> torch.Tensor:
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    next_value, _ = target_net(next_observation).max(dim=1)
    return torch.where(condition=terminated, input=reward, other=reward + gamma * next_value)

# %% loss
def q_loss(
    net: nn.Module, observation: torch.Tensor, action: torch.Tensor, targets: torch.Tensor
) -> torch.Tensor:
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    taken = net(observation).gather(dim=1, index=action.unsqueeze(dim=1)).squeeze(dim=1)
    return F.huber_loss(input=taken, target=targets, reduction="mean", delta=1.0)

# %% soft_update
@torch.no_grad()
def soft_update(target_net: nn.Module, net: nn.Module, tau: float) -> None:
    """Move the target network by the fraction tau towards the network, in place."""
    fast_parameters = dict(net.named_parameters())
    for name, slow in target_net.named_parameters():
        slow.mul_(1 - tau).add_(fast_parameters[name], alpha=tau)

# %% update
import copy


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = copy.deepcopy(self.net)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        s = self.settings
        probability = epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay) if explore else 0.0
        if explore:
            self.steps_done += len(observation)
        return select_action(self.net, observation, probability)

    def train(self, transition) -> None:
        reward = self.settings.reward_scale * transition.reward
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def _loss(self) -> torch.Tensor:
        batch = self.memory.sample(self.settings.batch_size)
        targets = td_targets(
            target_net=self.target_net,
            reward=batch.reward,
            next_observation=batch.next_observation,
            terminated=batch.terminated,
            gamma=self.settings.gamma,
        )
        return q_loss(net=self.net, observation=batch.observation, action=batch.action, targets=targets)

    def learn(self) -> None:
        """Do one update step with a batch from the memory."""
        loss = self._loss()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(parameters=self.net.parameters(), clip_value=100.0)
        self.optimizer.step()
        soft_update(target_net=self.target_net, net=self.net, tau=self.settings.tau)

# %% agent
def make_agent() -> DQNAgent:
    """Return a new, untrained agent."""
    return DQNAgent(settings=Settings())
