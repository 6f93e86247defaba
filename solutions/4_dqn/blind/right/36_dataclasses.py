# writer: dataclasses everywhere, own autograd function, drawing without replacement
# %% memory
from dataclasses import dataclass, field, fields


@dataclass
class Batch:
    """A batch of transitions: every field has one row for each of them."""

    observation: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    next_observation: torch.Tensor
    terminated: torch.Tensor


_random = np.random.Generator(np.random.PCG64())


@dataclass(eq=False)
class ReplayMemory:
    """A ring buffer of the last `capacity` transitions, made when the first ones come."""

    capacity: int
    columns: dict = field(default_factory=dict, init=False, repr=False)
    total: int = field(default=0, init=False)

    def __len__(self):
        return min(self.total, self.capacity)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        where = np.arange(self.total, self.total + n)
        for name in (f.name for f in fields(Batch)):
            new = np.asarray(getattr(transition, name))
            if new.dtype == np.float64:
                new = new.astype(np.float32)
            elif np.issubdtype(new.dtype, np.integer):
                new = new.astype(np.int64)
            if name not in self.columns:
                self.columns[name] = np.zeros((self.capacity, *new.shape[1:]), new.dtype)
            self.columns[name][where % self.capacity] = new
        self.total += n

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random, none of them twice if possible."""
        rows = _random.choice(len(self), size=batch_size, replace=batch_size > len(self), shuffle=True)
        return Batch(*(torch.as_tensor(self.columns[f.name].take(rows, axis=0)) for f in fields(Batch)))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128, activation=F.relu):
        super().__init__()
        self.activation = activation
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        self.apply(self._initialise)
        with torch.no_grad():
            self.layer3.weight.mul_(0.1)

    @staticmethod
    def _initialise(module):
        match module:
            case nn.Linear():
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        if (x := torch.as_tensor(x)).dtype != self.layer1.weight.dtype:
            x = x.to(self.layer1.weight.dtype)
        h1 = self.activation(self.layer1(x))
        h2 = self.activation(self.layer2(h1))
        return self.layer3(h2)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    half_life = decay * np.log(2)
    return end + (start - end) * np.exp2(-step / half_life)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argmax(1)
    if epsilon <= 0:
        return greedy
    # a random action is the greedy one, moved on by a random number of places
    move = _random.integers(0, n_actions, n) * (_random.random(n) < epsilon)
    return (greedy + move) % n_actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        best, _ = torch.topk(target_net(next_observation), k=1, dim=1)
        alive = (~terminated).to(best.dtype)
        return reward + gamma * torch.einsum("bk,b->b", best, alive)
    finally:
        torch.set_grad_enabled(before)

# %% loss
class _Huber(torch.autograd.Function):
    @staticmethod
    def forward(ctx, error):
        ctx.save_for_backward(error)
        size = error.abs()
        return torch.where(size < 1, 0.5 * size.square(), size - 0.5)

    @staticmethod
    def backward(ctx, gradient):
        (error,) = ctx.saved_tensors
        return gradient * error.clamp(-1, 1)


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    taken = net(observation).gather(1, action.reshape(-1, 1))
    return _Huber.apply(taken - targets.detach().reshape(-1, 1)).mean(dim=0)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.sub_(slow.sub(fast), alpha=tau)
    return target_net

# %% update
from dataclasses import dataclass, field
from typing import Optional


@dataclass(eq=False)
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    settings: Optional[Settings] = None
    net: nn.Module = field(default_factory=DQN, init=False, repr=False)
    target_net: nn.Module = field(default_factory=DQN, init=False, repr=False)
    steps_done: int = field(default=0, init=False)

    def __post_init__(self):
        self.settings = self.settings or Settings()
        missing = self.target_net.load_state_dict(self.net.state_dict(), strict=True)
        assert not missing.missing_keys
        self.target_net.train(False)
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=self.settings.lr)
        self.memory = ReplayMemory(self.settings.memory_size)

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
        s, b = self.settings, self.memory.sample(self.settings.batch_size)
        y = td_targets(self.target_net, b.reward, b.next_observation, b.terminated, s.gamma)
        self.optimizer.zero_grad()
        with torch.enable_grad():
            (loss := q_loss(self.net, b.observation, b.action, y)).backward()
        torch._foreach_clamp_min_(grads := [p.grad for p in self.net.parameters()], -10.0)
        torch._foreach_clamp_max_(grads, 10.0)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent(settings=Settings(lr=2e-3)):
    """Return a new, untrained agent."""
    return DQNAgent(settings)
