# writer: a Matlab person: one big matrix as memory, columns stay columns, affine layers as one matrix product with a 1 appended
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` transitions, the rows of one matrix, the newest in row 0."""

    def __init__(self, capacity):
        self.capacity = capacity
        # columns: 0-3 observation, 4 action, 5 reward, 6-9 next observation, 10 terminated
        self.M = np.zeros((0, 11), np.float32)

    def __len__(self):
        return self.M.shape[0]

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        new = np.column_stack(
            [
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            ]
        ).astype(np.float32)
        self.M = np.vstack([new[::-1], self.M])[: self.capacity, :]

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.ceil(np.random.rand(batch_size) * len(self)).astype(int) - 1
        rows = rows.clip(0)
        S = torch.as_tensor(self.M[rows, :])
        return Batch(S[:, 0:4], S[:, 4].long(), S[:, 5], S[:, 6:10], S[:, 10] == 1)
# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        with torch.no_grad():
            self.layer3.weight *= 0.1
            self.layer3.bias *= 0

    def forward(self, x):
        X = x.mT if x.ndim > 1 else x[:, None]  # observations as columns
        H = self.layer1.weight @ X + self.layer1.bias[:, None]
        H = H * (H > 0)
        H = self.layer2.weight @ H + self.layer2.bias[:, None]
        H = H * (H > 0)
        Q = self.layer3.weight @ H + self.layer3.bias[:, None]
        return Q.mT if x.ndim > 1 else Q[:, 0]
# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) / np.exp(step / decay) if step < 700 * decay else end
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = 1 * (np.random.rand(n) < epsilon)
    anything = np.floor(n_actions * np.random.rand(n))
    best = np.argsort(-values, axis=1)[:, 0]
    return (explore * anything + (1 - explore) * best).astype(int)
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    r = reward[:, None]
    goes_on = 1 - terminated[:, None].to(r.dtype)
    V = target_net(next_observation).max(dim=1, keepdim=True)[0]
    y = r + gamma * goes_on * V
    return y.data.reshape(-1)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    Q = net(observation)
    taken = action[:, None] == torch.arange(Q.shape[1])[None, :]
    q = Q[taken][:, None]  # one number a row, in the order of the rows
    y = targets[:, None]
    L = F.smooth_l1_loss(q, y, reduction="none")
    return L.mean(dim=0, keepdim=True)  # a 1 x 1 matrix
# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    from torch.nn.utils import parameters_to_vector, vector_to_parameters

    theta = parameters_to_vector(net.parameters()).detach()
    theta_target = parameters_to_vector(target_net.parameters()).detach()
    vector_to_parameters(tau * theta + (1 - tau) * theta_target, target_net.parameters())
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        soft_update(self.target_net, self.net, 1)
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
        loss = q_loss(
            self.net,
            batch.observation,
            batch.action,
            td_targets(
                self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma
            ),
        )
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 100)
        self.optimizer.step()
        self.optimizer.zero_grad()  # clean for the next call
        soft_update(self.target_net, self.net, s.tau)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = DQNAgent(Settings(tau=0.2))
    return agent
