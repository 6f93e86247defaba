# writer: keeps all transitions in one float matrix and cuts it into columns

# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions: one row of 11 numbers for each."""

    def __init__(self, capacity):
        self.table = np.empty((capacity, 11), np.float32)
        self.seen = 0

    def __len__(self):
        return min(self.seen, len(self.table))

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        new = np.column_stack([
            transition.observation,
            transition.action,
            transition.reward,
            transition.next_observation,
            transition.terminated,
        ])
        for row in new:
            self.table[self.seen % len(self.table)] = row
            self.seen += 1

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = torch.from_numpy(self.table[np.random.randint(len(self), size=batch_size)])
        observation, action, reward, next_observation, terminated = rows.split([4, 1, 1, 4, 1], dim=1)
        return Batch(
            observation,
            action.squeeze(1).long(),
            reward.squeeze(1),
            next_observation,
            terminated.squeeze(1).bool(),
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
        h1 = F.relu(F.linear(x, self.layer1.weight, self.layer1.bias))
        h2 = F.relu(F.linear(h1, self.layer2.weight, self.layer2.bias))
        return F.linear(h2, self.layer3.weight, self.layer3.bias)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.e ** (-step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    table = np.full((n, n_actions), epsilon / n_actions)
    table[np.arange(n), values.argmax(axis=1)] += 1 - epsilon
    cumulative = table.cumsum(axis=1)
    u = np.random.rand(n, 1)
    return (u >= cumulative[:, :-1]).sum(axis=1)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    y = reward.clone()
    alive = torch.nonzero(~terminated).squeeze(1)
    with torch.no_grad():
        y[alive] += gamma * target_net(next_observation[alive]).amax(dim=1)
    return y

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    taken = values[F.one_hot(action, values.shape[1]).bool()]  # row after row
    e = torch.abs(taken - targets)
    c = torch.clamp(e, max=1)
    return torch.mean(c * (e - c / 2))

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for a, b in ((target_net.layer1, net.layer1), (target_net.layer2, net.layer2), (target_net.layer3, net.layer3)):
        with torch.no_grad():
            a.weight.copy_(tau * b.weight + (1 - tau) * a.weight)
            a.bias.copy_(tau * b.bias + (1 - tau) * a.bias)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        soft_update(self.target_net, self.net, 1.0)  # tau = 1 copies everything
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
        obs, act, rew, nxt, end = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, rew, nxt, end, s.gamma)
        for p in self.net.parameters():
            p.grad = None
        q_loss(self.net, obs, act, y).backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings(batch_size=128, gamma=0.99))
