# writer: a statistician: everything is a distribution (Categorical, Multinomial, Bernoulli), orthogonal start, SGD as the soft update, step hooks
# %% memory
import itertools


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A dictionary from row numbers to transitions; the row numbers go round for ever."""

    def __init__(self, capacity):
        self.rows = {}
        self.numbers = itertools.cycle(range(capacity))

    def __len__(self):
        return len(self.rows)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        fields = (getattr(transition, name) for name in Batch._fields)
        for one in zip(*fields):
            self.rows[next(self.numbers)] = one

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        uniform = torch.distributions.Uniform(0.0, 1.0)
        drawn = (uniform.sample((batch_size,)).double() * len(self)).long()
        picked = [self.rows[i] for i in drawn.tolist()]
        kinds = (torch.float32, torch.int64, torch.float32, torch.float32, torch.bool)
        return Batch._make(
            torch.as_tensor(np.asarray(column), dtype=kind)
            for column, kind in zip(zip(*picked), kinds, strict=True)
        )
# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        for layer, gain in ((self.layer1, 2**0.5), (self.layer2, 2**0.5), (self.layer3, 0.01)):
            nn.init.orthogonal_(layer.weight, gain)
            nn.init.constant_(layer.bias, 0.0)

    def layers(self):
        yield self.layer1
        yield F.relu
        yield self.layer2
        yield F.relu
        yield self.layer3

    def forward(self, x):
        x = torch.as_tensor(x, dtype=self.layer1.weight.dtype)
        for transform in self.layers():
            x = transform(x)
        return x
# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    # the survival function of an exponential distribution with mean `decay`
    waiting = torch.distributions.Exponential(torch.tensor(1 / decay, dtype=torch.float64))
    survived = 1 - waiting.cdf(torch.tensor(float(step), dtype=torch.float64))
    return (end + (start - end) * survived).item()
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    # The policy is a mixture: a uniform distribution and one point.
    probabilities = np.full((n, n_actions), epsilon / n_actions)
    probabilities[np.arange(n), values.argmax(axis=1)] += 1 - epsilon
    policy = torch.distributions.Categorical(probs=torch.as_tensor(probabilities.astype(np.float32)))
    return policy.sample().cpu().numpy()
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    was_on = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        values = target_net(next_observation)
        greedy = values.argmax(dim=1, keepdim=True)
        V = values.gather(1, greedy).squeeze(1)
        V[terminated] = 0
        return torch.addcmul(reward, V, torch.full_like(V, gamma))
    finally:
        torch.set_grad_enabled(was_on)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).take_along_dim(action.unsqueeze(-1), -1).squeeze(-1)
    total = F.smooth_l1_loss(q, targets.detach(), reduction="sum", beta=1.0)
    return total / targets.numel()
# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    # a step of plain gradient descent, of size tau, on half the squared distance
    slow, fast = list(target_net.parameters()), list(net.parameters())
    for s, f in zip(slow, fast):
        s.grad = s.detach() - f.detach()
    descent = torch.optim.SGD(slow, lr=tau)
    descent.step()
    descent.zero_grad()
# %% update
import copy


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = copy.deepcopy(self.net).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for name, p in self.net.named_parameters() if "bias" not in name]},
                {
                    "params": [p for name, p in self.net.named_parameters() if "bias" in name],
                    "weight_decay": 0.0,
                },
            ],
            lr=self.settings.lr,
            amsgrad=True,
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
        observation, action, reward, next_observation, terminated = self.memory.sample(
            s.batch_size
        )
        loss = q_loss(
            self.net,
            observation,
            action,
            td_targets(self.target_net, reward, next_observation, terminated, s.gamma),
        )
        self.optimizer.zero_grad(set_to_none=False)
        loss.backward()
        with torch.no_grad():
            for p in self.net.parameters():
                p.grad = torch.clamp(p.grad, min=-100, max=100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    import dataclasses

    return DQNAgent(dataclasses.replace(Settings(), eps_end=0.02, learning_starts=1_000))
