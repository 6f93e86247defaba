# writer: an AI assistant's over-careful answer (asserts, conversions, docstrings, the notebook's device)
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

    def __init__(self, capacity: int) -> None:
        if capacity <= 0:
            raise ValueError("capacity must be positive")
        self.capacity = int(capacity)
        self.store = Batch(
            observation=np.zeros((self.capacity, 4), np.float32),
            action=np.zeros(self.capacity, np.int64),
            reward=np.zeros(self.capacity, np.float32),
            next_observation=np.zeros((self.capacity, 4), np.float32),
            terminated=np.zeros(self.capacity, bool),
        )
        self.position = 0  # the row of the next transition
        self.size = 0  # how many rows are filled

    def __len__(self) -> int:
        return int(self.size)

    def push(self, transition) -> None:
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.capacity

        self.store.observation[rows] = np.asarray(transition.observation, dtype=np.float32)
        self.store.action[rows] = np.asarray(transition.action, dtype=np.int64)
        self.store.reward[rows] = np.asarray(transition.reward, dtype=np.float32)
        self.store.next_observation[rows] = np.asarray(transition.next_observation, dtype=np.float32)
        self.store.terminated[rows] = np.asarray(transition.terminated, dtype=bool)

        self.position = int((self.position + n) % self.capacity)
        self.size = int(min(self.size + n, self.capacity))

    def sample(self, batch_size: int) -> Batch:
        """A Batch of tensors: batch_size transitions drawn at random.

        Rows are drawn uniformly with replacement from the filled part of the ring.
        """
        if self.size == 0:
            raise ValueError("cannot sample from an empty memory")
        rows = np.random.randint(0, self.size, size=int(batch_size))
        return Batch(
            observation=torch.as_tensor(self.store.observation[rows], dtype=torch.float32, device=device),
            action=torch.as_tensor(self.store.action[rows], dtype=torch.long, device=device),
            reward=torch.as_tensor(self.store.reward[rows], dtype=torch.float32, device=device),
            next_observation=torch.as_tensor(
                self.store.next_observation[rows], dtype=torch.float32, device=device
            ),
            terminated=torch.as_tensor(self.store.terminated[rows], dtype=torch.bool, device=device),
        )

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        self._init_weights()

    def _init_weights(self) -> None:
        """He initialisation for the ReLU layers, small weights for the output layer."""
        for layer in (self.layer1, self.layer2):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        nn.init.uniform_(self.layer3.weight, -3e-3, 3e-3)
        nn.init.zeros_(self.layer3.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Match the parameters' dtype and device
        x = torch.as_tensor(x, dtype=self.layer1.weight.dtype, device=self.layer1.weight.device)
        hidden = F.relu(self.layer1(x))
        hidden = F.relu(self.layer2(hidden))
        q_values = self.layer3(hidden)
        assert q_values.shape[-1] == self.layer3.out_features
        return q_values

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    if decay <= 0:
        raise ValueError("decay must be positive")
    factor = float(np.exp(-float(step) / float(decay)))
    value = float(end) + (float(start) - float(end)) * factor
    # Numerical safety: stay between the two ends
    low, high = min(start, end), max(start, end)
    return float(min(max(value, low), high))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    net_device = next(net.parameters()).device
    with torch.no_grad():
        observation_tensor = torch.as_tensor(
            np.asarray(observation), dtype=torch.float32, device=net_device
        )
        values = net(observation_tensor).cpu().numpy()
    n, n_actions = values.shape
    probability = float(np.clip(epsilon, 0.0, 1.0))

    greedy_actions = values.argmax(axis=1).astype(np.int64)
    random_actions = np.random.randint(0, n_actions, size=n, dtype=np.int64)
    explore_mask = np.random.rand(n) < probability

    actions = np.where(explore_mask, random_actions, greedy_actions).astype(np.int64)
    assert actions.shape == (n,)
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        reward = reward.to(torch.float32).view(-1)
        terminated = terminated.to(torch.bool).view(-1)

        next_q_values = target_net(next_observation)  # (batch, n_actions)
        next_values = next_q_values.max(dim=1).values  # (batch,)
        # No future after a real termination
        next_values = next_values.masked_fill(terminated, 0.0)

        targets = reward + float(gamma) * next_values
    assert targets.shape == reward.shape
    return targets.detach()

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q_values = net(observation)
    action = action.to(device=q_values.device, dtype=torch.long).view(-1, 1)
    chosen = q_values.gather(dim=1, index=action).squeeze(1)

    targets = targets.detach().to(device=chosen.device, dtype=chosen.dtype).view(-1)
    assert chosen.shape == targets.shape, "avoid silent broadcasting"

    loss = F.smooth_l1_loss(chosen, targets, reduction="mean", beta=1.0)
    return loss

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    tau = float(tau)
    assert 0.0 <= tau <= 1.0, "tau must lie between 0 and 1"
    with torch.no_grad():
        for target_parameter, parameter in zip(
            target_net.parameters(), net.parameters(), strict=True
        ):
            assert target_parameter.shape == parameter.shape
            target_parameter.copy_(tau * parameter + (1.0 - tau) * target_parameter)
        # Buffers (none here, but e.g. batch normalisation would have some)
        for target_buffer, buffer in zip(target_net.buffers(), net.buffers()):
            target_buffer.copy_(buffer)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings if settings is not None else Settings()
        self.net = DQN().to(device)
        self.target_net = DQN().to(device)
        self.target_net.load_state_dict(self.net.state_dict())
        # The target network is never trained by the optimizer
        for parameter in self.target_net.parameters():
            parameter.requires_grad_(False)
        self.target_net.eval()
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
        """Do one update step with a batch from the memory.

        Returns the loss as a plain number, for logging.
        """
        s = self.settings
        if len(self.memory) == 0:
            return None

        # 1. Sample
        batch = self.memory.sample(s.batch_size)

        # 2. Targets (target network, no gradient)
        targets = td_targets(
            self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma
        )

        # 3. Loss (online network)
        self.net.train()
        loss = q_loss(self.net, batch.observation, batch.action, targets)

        # 4. Optimizer step with clipped gradients
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), clip_value=100.0)
        self.optimizer.step()

        # 5. The target network follows
        soft_update(self.target_net, self.net, s.tau)
        return float(loss.item())

# %% agent
def make_agent() -> DQNAgent:
    """Return a new, untrained agent."""
    settings = Settings(
        batch_size=BATCH_SIZE,
        gamma=GAMMA,
        reward_scale=REWARD_SCALE,
        eps_start=EPS_START,
        eps_end=EPS_END,
        eps_decay=EPS_DECAY,
        tau=TAU,
        lr=LR,
        memory_size=MEMORY_SIZE,
        learning_starts=LEARNING_STARTS,
    )
    agent = DQNAgent(settings)
    assert len(agent.memory) == 0 and agent.steps_done == 0
    return agent
