# writer: one flat matrix for all fields; vmap; float64 targets
# %% memory
import itertools


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    next_observation: torch.Tensor
    terminated: torch.Tensor


class ReplayMemory:
    """A ring buffer: one matrix with 11 columns; an endless iterator says where to write."""

    def __init__(self, capacity):
        self.matrix = np.full((capacity, 11), np.nan, np.float32)
        self.places = itertools.cycle(range(capacity))
        self.highest = -1  # the highest row that was ever written

    def __len__(self):
        return self.highest + 1

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        new = np.column_stack(
            [
                transition.observation,
                transition.next_observation,
                transition.action,
                transition.reward,
                transition.terminated,
            ]
        )
        for row, place in zip(new, self.places):
            self.matrix[place] = row
            self.highest = max(self.highest, place)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.randint(len(self), size=batch_size)
        drawn = torch.as_tensor(self.matrix[rows])
        seen, then, rest = drawn.split([4, 4, 3], dim=1)
        action, reward, terminated = rest.unbind(dim=1)
        return Batch(seen, action.long(), reward, then, terminated > 0.5)

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        make = nn.Linear
        self.add_module("layer1", make(n_observations, hidden_size))
        self.add_module("layer2", make(hidden_size, hidden_size))
        self.add_module("layer3", make(hidden_size, n_actions))
        self.register_buffer("nothing", torch.zeros(()), persistent=False)

    def forward(self, x):
        h = torch.maximum(self._affine(self.layer1, x), self.nothing)
        h = torch.maximum(self._affine(self.layer2, h), self.nothing)
        return self._affine(self.layer3, h)

    @staticmethod
    def _affine(layer, x):
        return torch.einsum("...i,oi->...o", x, layer.weight) + layer.bias

# %% epsilon
epsilon = lambda step, start, end, decay: end - (end - start) * np.exp(-step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    candidates = np.stack([np.argmax(values, axis=1), np.floor(n_actions * np.random.rand(n)).astype(int)])
    return np.choose((np.random.rand(n) < epsilon).astype(int), candidates)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        future = target_net(next_observation).double().amax(dim=-1)
        return torch.lerp(reward.double() + gamma * future, reward.double(), terminated.double())

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""

    def one(values, action, target):
        error = values.gather(0, action.unsqueeze(0)).squeeze(0) - target
        return F.huber_loss(error, torch.zeros_like(error), reduction="none")

    return torch.vmap(one)(net(observation), action, targets.float()).mean()

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        fast = nn.utils.parameters_to_vector(net.parameters())
        slow = nn.utils.parameters_to_vector(target_net.parameters())
        mixed = tau * fast + (1 - tau) * slow
        sizes = [p.numel() for p in target_net.parameters()]
        for parameter, piece in zip(target_net.parameters(), mixed.split(sizes)):
            parameter[...] = piece.view_as(parameter)

# %% update
import io


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    clip = 100

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = self._twin(self.net)
        self.optimizer = torch.optim.AdamW(
            params=list(self.net.parameters()),
            lr=self.settings.lr,
            amsgrad=True,
            foreach=True,
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    @staticmethod
    def _twin(net):
        """A second network with the same weights, by way of a file in memory."""
        file = io.BytesIO()
        torch.save(net.state_dict(), file)
        file.seek(0)
        twin = DQN()
        twin.load_state_dict(torch.load(file, weights_only=True))
        return twin

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
        seen, action, reward, then, terminated = self.memory.sample(self.settings.batch_size)
        y = td_targets(self.target_net, reward, then, terminated, self.settings.gamma)
        hooks = [
            p.register_hook(lambda g: torch.clip(g, -self.clip, self.clip))
            for p in self.net.parameters()
        ]
        try:
            self.optimizer.zero_grad(set_to_none=True)
            q_loss(self.net, seen, action, y).backward()
        finally:
            for hook in hooks:
                hook.remove()
        self.optimizer.step()
        soft_update(self.target_net, self.net, self.settings.tau)

# %% agent
def make_agent() -> DQNAgent:
    """Gibt einen neuen Agenten zurück."""
    settings = dict(lr=LR, tau=TAU, gamma=0.99)
    return DQNAgent(Settings(**settings))
