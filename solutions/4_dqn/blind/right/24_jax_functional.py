# writer: a JAX/functional programmer: immutable states, vmap, reduce, einsum, autograd.grad instead of backward
# %% memory
import functools
import operator
from dataclasses import field, replace


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


@dataclass(frozen=True)
class RingState:
    """The state of the memory: one tensor a field, the oldest row first."""

    rows: Batch | None = None
    rng: np.random.Generator = field(default_factory=np.random.default_rng)


def pushed(state, batch, capacity):
    """The state after a push. Nothing is changed in place."""
    if state.rows is None:
        return replace(state, rows=Batch(*(new[-capacity:] for new in batch)))
    joined = (torch.cat(pair)[-capacity:] for pair in zip(state.rows, batch))
    return replace(state, rows=Batch(*joined))


class ReplayMemory:
    """The last `capacity` transitions, as a thin shell around a pure state."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.state = RingState()

    def __len__(self):
        return 0 if self.state.rows is None else self.state.rows.action.shape[0]

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        self.state = pushed(
            self.state,
            Batch(*(torch.as_tensor(getattr(transition, name)) for name in Batch._fields)),
            self.capacity,
        )

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = torch.as_tensor(self.state.rng.integers(len(self), size=batch_size))
        return Batch(*map(operator.itemgetter(rows), self.state.rows))
# %% forward
import functools


class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        def affine(layer, x):
            return torch.einsum("...i,oi->...o", x, layer.weight) + layer.bias

        hidden = functools.reduce(
            lambda x, layer: affine(layer, x).clamp(min=0), (self.layer1, self.layer2), x
        )
        return affine(self.layer3, hidden)
# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    # expm1(0) = 0: exactly `start` at the start
    return start + (end - start) * -np.expm1(-np.divide(step, decay))
# %% act
def select_action(net, observation, epsilon, *, rng=np.random.default_rng()):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    # One uniform number a row decides everything: below epsilon it is uniform on [0, epsilon),
    # so cut into n_actions equal pieces it is a uniform action.
    u = rng.random(n)
    piece = np.floor(u * n_actions / max(epsilon, 1e-12)).astype(np.int64)
    return np.select([u < epsilon], [np.minimum(piece, n_actions - 1)], values.argmax(1))
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""

    def one(r, s, end):
        return r + gamma * torch.where(end, torch.zeros_like(r), target_net(s).amax(-1))

    return torch.vmap(one)(reward, next_observation, terminated).detach()
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    one_hot = torch.eye(values.shape[-1], dtype=values.dtype)[action]
    error = (torch.einsum("ba,ba->b", values, one_hot) - targets).abs()
    quadratic = error.clamp(max=1)  # as in optax.huber_loss
    return (0.5 * quadratic.square() + (error - quadratic)).mean()
# %% soft_update
@torch.no_grad()
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    torch._foreach_lerp_(list(target_net.parameters()), list(net.parameters()), tau)
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net, self.target_net = DQN(), DQN()
        soft_update(self.target_net, self.net, 1.0)
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
        observation, action, *rest = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, *rest, s.gamma)
        parameters = tuple(self.net.parameters())
        gradients = torch.autograd.grad(q_loss(self.net, observation, action, y), parameters)
        # The gradients are values, not a sum that grows in .grad: nothing to set to zero.
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clamp(-100, 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
# %% agent
import functools


make_agent = functools.partial(DQNAgent, Settings())
