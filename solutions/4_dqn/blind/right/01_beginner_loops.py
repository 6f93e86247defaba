# writer: a beginner who writes loops and avoids fancy indexing

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
        for i in range(n):
            self.store.observation[self.position] = transition.observation[i]
            self.store.action[self.position] = transition.action[i]
            self.store.reward[self.position] = transition.reward[i]
            self.store.next_observation[self.position] = transition.next_observation[i]
            self.store.terminated[self.position] = transition.terminated[i]
            self.position = self.position + 1
            if self.position == self.capacity:
                self.position = 0
            if self.size < self.capacity:
                self.size = self.size + 1

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = []
        for _ in range(batch_size):
            rows.append(np.random.randint(0, self.size))
        return Batch(
            observation=torch.tensor(self.store.observation[rows]),
            action=torch.tensor(self.store.action[rows]),
            reward=torch.tensor(self.store.reward[rows]),
            next_observation=torch.tensor(self.store.next_observation[rows]),
            terminated=torch.tensor(self.store.terminated[rows]),
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
        x = self.layer1(x)
        x = F.relu(x)
        x = self.layer2(x)
        x = F.relu(x)
        x = self.layer3(x)
        return x

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    difference = start - end
    factor = np.exp(-step / decay)
    return end + difference * factor

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = np.zeros(n, dtype=int)
    for i in range(n):
        if np.random.rand() < epsilon:
            actions[i] = np.random.randint(n_actions)
        else:
            best = 0
            for a in range(n_actions):
                if values[i, a] > values[i, best]:
                    best = a
            actions[i] = best
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    targets = []
    with torch.no_grad():
        values = target_net(next_observation)
        for i in range(len(reward)):
            if terminated[i]:
                targets.append(reward[i])
            else:
                targets.append(reward[i] + gamma * values[i].max())
    return torch.stack(targets)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    total = 0
    for i in range(len(action)):
        error = values[i, action[i]] - targets[i]
        if abs(error) < 1:
            total = total + 0.5 * error**2
        else:
            total = total + abs(error) - 0.5
    return total / len(action)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            new = tau * fast + (1 - tau) * slow
            slow.copy_(new)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
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
        batch = self.memory.sample(s.batch_size)
        targets = td_targets(self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma)
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = DQNAgent(Settings())
    return agent
