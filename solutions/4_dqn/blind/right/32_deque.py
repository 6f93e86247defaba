# writer: plain Python: deque, random module, dataclass for the batch, loops
# %% memory
import random
from collections import deque


@dataclass(frozen=True)
class Batch:
    """A batch of transitions: every field has one row for each of them."""

    observation: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    next_observation: torch.Tensor
    terminated: torch.Tensor


class ReplayMemory(deque):
    """The last `capacity` transitions, oldest first."""

    def __init__(self, capacity):
        super().__init__(maxlen=capacity)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        self.extend(
            zip(
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            )
        )

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = random.choices(self, k=batch_size)
        observation, action, reward, next_observation, terminated = zip(*rows)
        return Batch(
            torch.as_tensor(np.array(observation, np.float32)),
            torch.as_tensor(np.array(action, np.int64)),
            torch.as_tensor(np.array(reward, np.float32)),
            torch.as_tensor(np.array(next_observation, np.float32)),
            torch.as_tensor(np.array(terminated, bool)),
        )

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        sizes = [n_observations, hidden_size, hidden_size, n_actions]
        for number, (before, after) in enumerate(zip(sizes, sizes[1:]), start=1):
            setattr(self, f"layer{number}", self._layer(before, after))
        nn.init.zeros_(self.layer3.bias)

    @staticmethod
    def _layer(before, after):
        layer = nn.Linear(before, after)
        nn.init.kaiming_uniform_(layer.weight, a=5**0.5)
        return layer

    def forward(self, x):
        *hidden, last = self.children()
        for layer in hidden:
            x = layer(x).clamp(min=0)
        return last(x)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * 2.718281828459045 ** (-step / decay)

# %% act
import random


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = []
    for row in values.tolist():
        if random.random() < epsilon:
            actions.append(random.randrange(n_actions))
        else:
            actions.append(max(range(n_actions), key=row.__getitem__))
    return np.array(actions, dtype=np.int32)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    y = reward.clone()
    goes_on = ~terminated
    if goes_on.any():
        with torch.no_grad():
            y[goes_on] += gamma * target_net(next_observation[goes_on]).max(dim=1).values
    return y.detach()

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    taken = values[torch.arange(len(values), device=values.device), action]
    error = (taken - targets).abs()
    return torch.where(error < 1, error**2 / 2, error - 0.5).sum() / len(error)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    fast = dict(net.named_parameters())
    for name, slow in target_net.named_parameters():
        slow.data.copy_(tau * fast[name].data + (1 - tau) * slow.data)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net, self.target_net = DQN(), DQN()
        for theirs, ours in zip(self.target_net.parameters(), self.net.parameters()):
            theirs.data.copy_(ours.data)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
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
        batch = self.memory.sample(s.batch_size)
        targets = td_targets(
            target_net=self.target_net,
            reward=batch.reward,
            next_observation=batch.next_observation,
            terminated=batch.terminated,
            gamma=s.gamma,
        )
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), max_norm=10.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
from functools import partial

make_agent = partial(DQNAgent, settings=Settings(lr=4e-3))
