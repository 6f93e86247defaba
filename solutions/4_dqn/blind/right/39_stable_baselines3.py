# writer: copies the style of Stable-Baselines3 (replay buffer with pos and full, to_torch, polyak_update, max_grad_norm)
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
        self.buffer_size = max(int(capacity), 1)
        self.observations = np.zeros((self.buffer_size, 4), dtype=np.float32)
        self.next_observations = np.zeros((self.buffer_size, 4), dtype=np.float32)
        self.actions = np.zeros((self.buffer_size,), dtype=np.int64)
        self.rewards = np.zeros((self.buffer_size,), dtype=np.float32)
        self.dones = np.zeros((self.buffer_size,), dtype=np.float32)
        self.pos = 0
        self.full = False

    def __len__(self):
        return self.buffer_size if self.full else self.pos

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        for i in range(len(transition.action)):
            # Copy to avoid modification by reference
            self.observations[self.pos] = np.array(transition.observation[i])
            self.next_observations[self.pos] = np.array(transition.next_observation[i])
            self.actions[self.pos] = transition.action[i]
            self.rewards[self.pos] = transition.reward[i]
            self.dones[self.pos] = transition.terminated[i]
            self.pos += 1
            if self.pos == self.buffer_size:
                self.full = True
                self.pos = 0

    def to_torch(self, array, dtype=None):
        return torch.as_tensor(array, dtype=dtype)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        upper_bound = self.buffer_size if self.full else self.pos
        batch_inds = np.random.randint(0, upper_bound, size=batch_size)
        return Batch(
            self.to_torch(self.observations[batch_inds, :]),
            self.to_torch(self.actions[batch_inds]),
            self.to_torch(self.rewards[batch_inds]),
            self.to_torch(self.next_observations[batch_inds, :]),
            self.to_torch(self.dones[batch_inds], dtype=torch.bool),
        )

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        self.activation_fn = nn.ReLU
        # the same layers, as one module
        self.q_net = nn.Sequential(
            self.layer1, self.activation_fn(), self.layer2, self.activation_fn(), self.layer3
        )

    def forward(self, x):
        return self.q_net(x)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    fraction = 1.0 - np.exp(-step / decay)
    return start + fraction * (end - start)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    action = values.argmax(axis=1)
    for i in range(n):
        if np.random.rand() < epsilon:
            action[i] = np.random.randint(n_actions)
    return action

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        # Compute the next Q-values using the target network
        next_q_values = target_net(next_observation)
        # Follow greedy policy: use the one with the highest value
        next_q_values, _ = next_q_values.max(dim=1)
        # Avoid potential broadcast issue
        next_q_values = next_q_values.reshape(-1, 1)
        # 1-step TD target
        dones = terminated.reshape(-1, 1).float()
        target_q_values = reward.reshape(-1, 1) + (1 - dones) * gamma * next_q_values
    return target_q_values.flatten()

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    # Get current Q-values estimates
    current_q_values = net(observation)
    # Retrieve the q-values for the actions from the replay buffer
    current_q_values = torch.gather(current_q_values, dim=1, index=action.reshape(-1, 1).long())
    # Compute Huber loss (less sensitive to outliers)
    return F.smooth_l1_loss(current_q_values, targets.reshape(-1, 1))

# %% soft_update
def polyak_update(params, target_params, tau):
    with torch.no_grad():
        for param, target_param in zip(params, target_params, strict=True):
            target_param.data.mul_(1 - tau)
            torch.add(target_param.data, param.data, alpha=tau, out=target_param.data)


def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    polyak_update(net.parameters(), target_net.parameters(), tau)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None, max_grad_norm=10):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.target_net.train(False)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0
        self.max_grad_norm = max_grad_norm
        self._n_updates = 0

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
        # Switch to train mode
        self.net.train(True)

        # Sample replay buffer
        replay_data = self.memory.sample(s.batch_size)
        target_q_values = td_targets(
            self.target_net,
            replay_data.reward,
            replay_data.next_observation,
            replay_data.terminated,
            s.gamma,
        )
        loss = q_loss(self.net, replay_data.observation, replay_data.action, target_q_values)

        # Optimize the policy
        self.optimizer.zero_grad()
        loss.backward()
        # Clip gradient norm
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.max_grad_norm)
        self.optimizer.step()

        self._n_updates += 1
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(settings=Settings(lr=5e-3, tau=0.25, memory_size=50_000))
