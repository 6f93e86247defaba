# writer: numpy structured array, Generators, masked arithmetic, subclass hooks
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

    RECORD = np.dtype(
        [
            ("observation", np.float32, 4),
            ("action", np.int64),
            ("reward", np.float32),
            ("next_observation", np.float32, 4),
            ("terminated", np.bool_),
        ]
    )
    __slots__ = ("_rows", "_next", "_full", "_random", "__weakref__")

    def __init__(self, capacity):
        self._rows = np.zeros(capacity, self.RECORD)
        self._next, self._full = 0, False
        self._random = np.random.default_rng()

    @property
    def capacity(self):
        return self._rows.size

    def __len__(self):
        return self.capacity if self._full else self._next

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        new = np.empty(len(transition.action), self.RECORD)
        for name in self.RECORD.names:
            new[name] = getattr(transition, name)
        while new.size:  # piece by piece, up to the end of the array
            piece = new[: self.capacity - self._next]
            self._rows[self._next : self._next + piece.size] = piece
            self._next += piece.size
            if self._next == self.capacity:
                self._next, self._full = 0, True
            new = new[piece.size :]

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        drawn = self._rows[self._random.integers(len(self), size=batch_size)]
        return Batch(*(torch.as_tensor(np.ascontiguousarray(drawn[name])) for name in Batch._fields))

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        with torch.no_grad():
            self.layer3.weight.zero_()
            self.layer3.bias.zero_()

    def forward(self, x):
        h = self.layer1(x)
        h = h * (h > 0)
        h = self.layer2(h)
        h = h * (h > 0)
        return self.layer3(h)

    def best(self, x):
        """The value of the best action: (batch, 4) to (batch,)."""
        return self(x).max(dim=-1).values

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(np.negative(step) / decay)

# %% act
_dice = np.random.default_rng()


def select_action(net, observation, epsilon, *, rng=None):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    rng = rng or _dice
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    # distribution of each row, then inverse of its cumulative sum
    chances = np.full((n, n_actions), epsilon / n_actions)
    chances[np.arange(n), values.argmax(axis=1)] += 1 - epsilon
    drawn = (chances.cumsum(axis=1) <= rng.random((n, 1))).sum(axis=1)
    return np.minimum(drawn, n_actions - 1)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        return torch.addcmul(reward, target_net.best(next_observation), 1.0 - terminated.float(), value=gamma)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    chosen = F.one_hot(action, values.shape[1]).to(values.dtype)
    error = (torch.einsum("ba,ba->b", values, chosen) - targets).abs()
    inner = error.clamp(max=1)
    return (inner * (error - inner / 2)).mean()

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    slow, fast = target_net.state_dict(), net.state_dict()
    target_net.load_state_dict({key: torch.lerp(slow[key], fast[key], tau) for key in slow})

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        soft_update(self.target_net, self.net, 1.0)  # a step all the way
        weights = [p for p in self.net.parameters() if p.ndim > 1]
        biases = [p for p in self.net.parameters() if p.ndim == 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": weights}, {"params": biases, "weight_decay": 0.0}],
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
        batch = self.memory.sample(s.batch_size)

        def closure():
            self.optimizer.zero_grad()
            y = td_targets(self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma)
            loss = q_loss(self.net, batch.observation, batch.action, y)
            loss.backward()
            nn.utils.clip_grad_value_(self.net.parameters(), 1.0)
            return loss

        self.optimizer.step(closure)
        soft_update(self.target_net, self.net, s.tau)

# %% agent
make_agent = lambda: DQNAgent(settings=Settings(batch_size=256))
