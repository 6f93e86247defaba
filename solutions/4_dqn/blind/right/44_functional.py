# writer: a functional programmer (map, zip, reduce, comprehensions, lambdas)
# %% memory
import random
from collections import deque
from operator import attrgetter


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


DTYPES = Batch(np.float32, np.int64, np.float32, np.float32, np.bool_)
columns_of = attrgetter(*Batch._fields)


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.rows = deque(maxlen=capacity)

    def __len__(self):
        return len(self.rows)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        self.rows.extend(zip(*columns_of(transition)))

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        columns = zip(*random.choices(self.rows, k=batch_size))
        return Batch._make(torch.as_tensor(np.asarray(c, t)) for c, t in zip(columns, DTYPES))

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
        stages = (self.layer1, torch.relu, self.layer2, torch.relu, self.layer3)
        return reduce(lambda h, stage: stage(h), stages, x)

# %% epsilon
from math import exp

mix = lambda weight, a, b: weight * a + (1 - weight) * b
epsilon = lambda step, start, end, decay: mix(exp(-step / decay), start, end)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return np.array(
        [
            np.random.choice(n_actions) if explores else row.argmax()
            for explores, row in zip(np.random.rand(n) < epsilon, values)
        ]
    )

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    best = torch.no_grad()(lambda s: reduce(torch.maximum, target_net(s).unbind(dim=1)))
    return reward + gamma * ~terminated * best(next_observation)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    select = lambda q: (F.one_hot(action, q.shape[1]) * q).sum(dim=1)
    return F.smooth_l1_loss(select(net(observation)), targets)

# %% soft_update
@torch.no_grad()
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    pairs = zip(*map(nn.Module.parameters, (target_net, net)))
    list(map(lambda pair: pair[0].add_(pair[1] - pair[0], alpha=tau), pairs))

# %% update
from functools import partial


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net, self.target_net = DQN(), DQN()
        self.target_net.load_state_dict(self.net.state_dict())
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
        observation, action, *following = self.memory.sample(s.batch_size)
        targets = partial(td_targets, self.target_net, gamma=s.gamma)
        q_loss(self.net, observation, action, targets(*following)).backward()
        for do in (
            partial(nn.utils.clip_grad_norm_, self.net.parameters(), 100),
            self.optimizer.step,
            self.optimizer.zero_grad,
            partial(soft_update, self.target_net, self.net, s.tau),
        ):
            do()

# %% agent
make_agent = lambda: DQNAgent(Settings())
