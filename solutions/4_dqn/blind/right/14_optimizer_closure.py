# writer: gives a closure to the optimizer and makes the target network with deepcopy

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next transition
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        end = self.position + n
        if end <= self.capacity:
            rows = np.r_[self.position:end]
        else:
            rows = np.r_[self.position:self.capacity, 0:end - self.capacity]
        self.store.observation[rows] = transition.observation
        self.store.action[rows] = transition.action
        self.store.reward[rows] = transition.reward
        self.store.next_observation[rows] = transition.next_observation
        self.store.terminated[rows] = transition.terminated
        self.position = end % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = torch.randint(self.size, (batch_size,), device="cpu").numpy()
        return Batch(*(torch.tensor(array[rows]) for array in self.store))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = self.layer1(x)
        x = x * (x > 0)
        x = self.layer2(x)
        x = x * (x > 0)
        return self.layer3(x)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return np.average([start, end], weights=[np.exp(-step / decay), 1 - np.exp(-step / decay)])

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    candidates = np.stack([values.argmax(axis=1), np.random.randint(n_actions, size=n)])
    return candidates[explore.astype(int), np.arange(n)]

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.set_grad_enabled(False):
        q_next = target_net(next_observation)
        best_action = q_next.argmax(dim=1, keepdim=True)
        value = q_next.gather(1, best_action).squeeze(1)
        return reward + gamma * value * ~terminated

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    chosen = (q * F.one_hot(action, q.size(1))).sum(dim=1)
    return nn.functional.smooth_l1_loss(chosen, targets)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for name, slow in target_net.named_parameters():
            fast = net.get_parameter(name)
            slow.copy_(slow + tau * (fast - slow))

# %% update
from copy import deepcopy


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = deepcopy(self.net)
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
        targets = td_targets(self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma)

        def closure():
            self.optimizer.zero_grad()
            loss = q_loss(self.net, batch.observation, batch.action, targets)
            loss.backward()
            nn.utils.clip_grad_value_(self.net.parameters(), 100)
            return loss

        self.optimizer.step(closure)
        soft_update(self.target_net, self.net, s.tau)

# %% agent
from functools import partial

make_agent = partial(DQNAgent, Settings())
