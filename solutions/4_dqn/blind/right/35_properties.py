# writer: inherits from ready-made things, torch.Generator, ModuleDict behind properties
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    next_observation: torch.Tensor
    terminated: torch.Tensor


class ReplayMemory:
    """A ring that is written backwards: from the last row down to the first."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.filled = 0
        self.head = capacity  # one above the row of the next transition
        self.generator = torch.Generator(device="cpu")
        self.generator.seed()
        self.columns = {
            "observation": np.zeros((capacity, 4), np.float32),
            "action": np.zeros(capacity, np.uint8),
            "reward": np.zeros(capacity, np.float32),
            "next_observation": np.zeros((capacity, 4), np.float32),
            "terminated": np.zeros(capacity, bool),
        }

    def __len__(self):
        return self.filled

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.head - 1 - np.arange(n)) % self.capacity
        for name in self.columns:
            self.columns[name][rows] = getattr(transition, name)
        self.head = (self.head - n) % self.capacity
        self.filled = min(self.filled + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        draws = torch.randint(
            self.filled, (batch_size,), generator=self.generator, device="cpu"
        ).numpy()
        rows = self.capacity - 1 - draws  # the filled rows are the upper ones
        batch = {name: torch.as_tensor(column[rows]) for name, column in self.columns.items()}
        batch["action"] = batch["action"].long()
        return Batch(**batch)

# %% forward
class _Dense(nn.Linear):
    """A linear layer with or without ReLU."""

    def __init__(self, before, after, relu=True):
        super().__init__(before, after)
        self.relu = relu

    def forward(self, x):
        y = super().forward(x)
        return y.relu() if self.relu else y


class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = _Dense(n_observations, hidden_size)
        self.layer2 = _Dense(hidden_size, hidden_size)
        self.layer3 = _Dense(hidden_size, n_actions, relu=False)
        nn.init.uniform_(self.layer3.weight, -1e-3, 1e-3)
        nn.init.zeros_(self.layer3.bias)

    def forward(self, x, **unused):
        assert x.shape[-1] == self.layer1.in_features, "wrong number of columns"
        return self.layer3(self.layer2(self.layer1(x)))

# %% epsilon
from functools import lru_cache, wraps
from math import e, pow as power


@lru_cache(maxsize=1024)
def epsilon(step, start, end, decay):
    """Wahrscheinlichkeit einer zufälligen Aktion nach `step` Schritten."""
    return end + (start - end) / power(e, min(step / decay, 700.0))

# %% act
def _silent(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        with torch.no_grad():
            return function(*args, **kwargs)

    return wrapper


@_silent
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net(torch.as_tensor(observation, dtype=torch.float32))
    actions = values.max(dim=1).indices.cpu().numpy().copy()
    explore = np.flatnonzero(np.random.rand(len(actions)) < epsilon)
    actions[explore] = np.random.randint(values.shape[1], size=explore.size)
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.inference_mode():
        best = torch.stack(target_net(next_observation).unbind(1)).amax(0)
        discount = torch.full_like(best, gamma).masked_fill_(terminated, 0)
        y = reward + discount * best
    return y.clone()  # an ordinary tensor again

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    mask = torch.arange(values.shape[1], device=values.device) == action[:, None]
    return F.smooth_l1_loss(values[mask], targets, reduction="none").mean()

# %% soft_update
@_silent
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for slow, fast in zip(target_net.modules(), net.modules()):
        if isinstance(slow, nn.Linear):
            slow.weight.lerp_(fast.weight, tau)
            slow.bias.lerp_(fast.bias, tau)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self._nets = nn.ModuleDict({"online": DQN(), "target": DQN()})
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    @property
    def net(self):
        return self._nets["online"]

    @net.setter
    def net(self, module):
        self._nets["online"] = module

    @property
    def target_net(self):
        return self._nets["target"]

    @target_net.setter
    def target_net(self, module):
        self._nets["target"] = module

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
        self._nets.zero_grad()
        loss = q_loss(
            net=self.net,
            observation=b.observation,
            action=b.action,
            targets=td_targets(self.target_net, b.reward, b.next_observation, b.terminated, s.gamma),
        )
        loss.backward(inputs=[*self.net.parameters()])
        nn.utils.clip_grad_norm_(self.net.parameters(), 10.0, foreach=True)
        self.optimizer.step()
        soft_update(target_net=self.target_net, net=self.net, tau=s.tau)

# %% agent
from dataclasses import replace


def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(replace(Settings(), eps_decay=2000, learning_starts=1000))
