# writer: every function a callable object; ModuleList behind properties; list of chunks
# %% memory
from types import SimpleNamespace


class Batch(SimpleNamespace):
    """A batch of transitions: observation, action, reward, next_observation, terminated."""


class ReplayMemory:
    """The last `capacity` transitions; newest row first in a rolling window over doubled arrays."""

    KINDS = {
        "observation": ((4,), "float32"),
        "action": ((), "int64"),
        "reward": ((), "float32"),
        "next_observation": ((4,), "float32"),
        "terminated": ((), "bool"),
    }

    def __init__(self, capacity):
        self.capacity = capacity
        self.start = self.stop = 0  # the filled rows lie between the two
        self.room = 2 * capacity
        self.arrays = {k: np.empty((self.room, *s), d) for k, (s, d) in self.KINDS.items()}

    def __len__(self):
        return self.stop - self.start

    def push(self, transition):
        """Store the n transitions of one step; forget the oldest if there is no room."""
        new = {k: np.asarray(getattr(transition, k))[-self.capacity :] for k in self.KINDS}
        n = len(new["action"])
        if self.stop + n > self.room:  # move everything to the front
            keep = min(len(self), self.capacity - n)
            for array in self.arrays.values():
                array[:keep] = array[self.stop - keep : self.stop].copy()
            self.start, self.stop = 0, keep
        for k, array in self.arrays.items():
            array[self.stop : self.stop + n] = new[k]
        self.stop += n
        self.start = max(self.start, self.stop - self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.randint(self.start, self.stop, size=batch_size)
        return Batch(**{k: torch.as_tensor(a[rows]) for k, a in self.arrays.items()})

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Linear(n_observations, hidden_size),
                nn.Linear(hidden_size, hidden_size),
                nn.Linear(hidden_size, n_actions),
            ]
        )
        nn.init.orthogonal_(self.layers[0].weight, gain=2**0.5)
        nn.init.orthogonal_(self.layers[1].weight, gain=2**0.5)
        nn.init.orthogonal_(self.layers[2].weight, gain=0.01)
        for layer in self.layers:
            nn.init.zeros_(layer.bias)

    layer1 = property(lambda self: self.layers[0])
    layer2 = property(lambda self: self.layers[1])
    layer3 = property(lambda self: self.layers[2])

    def forward(self, x):
        return self.layer3(torch.relu(self.layer2(torch.relu(self.layer1(x)))))

# %% epsilon
class _Epsilon:
    """Ein Objekt, das man aufrufen kann."""

    def __call__(self, step, start, end, decay):
        return float(end + (start - end) * np.exp(-step / decay))


epsilon = _Epsilon()

# %% act
class _Select:
    def greedy(self, values):
        return values.argmax(axis=1)

    def anything(self, values):
        return np.random.choice(values.shape[1], size=values.shape[0])

    def __call__(self, net, observation, epsilon):
        with torch.no_grad():
            values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
        explore = np.random.binomial(1, epsilon, size=len(values))
        return explore * self.anything(values) + (1 - explore) * self.greedy(values)


select_action = _Select()

# %% targets
class _Targets:
    @torch.no_grad()
    def __call__(self, target_net, reward, next_observation, terminated, gamma):
        values = target_net(next_observation).masked_fill(terminated.unsqueeze(1), 0.0)
        return values.sort(dim=1, descending=True).values[:, 0].mul(gamma).add(reward)


td_targets = _Targets()

# %% loss
class _Loss:
    def __init__(self, beta=1.0):
        self.beta = beta

    def __call__(self, net, observation, action, targets):
        predicted = net(observation).gather(1, action.view(-1, 1))
        return F.smooth_l1_loss(predicted, targets.view(-1, 1), beta=self.beta)


q_loss = _Loss()

# %% soft_update
class _Follow:
    def __call__(self, target_net, net, tau):
        with torch.inference_mode():
            for slow, fast in zip(target_net.parameters(), net.parameters(), strict=True):
                slow += tau * (fast - slow)


soft_update = _Follow()

# %% update
class _Brain(AbstractAgent):
    """What has nothing to do with learning."""

    def act(self, observation, explore=True):
        chance = 0.0
        if explore:
            s = self.settings
            chance = epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay)
            self.steps_done += len(observation)
        return select_action(self.net, observation, chance)

    def train(self, transition):
        scaled = transition._replace(reward=transition.reward * self.settings.reward_scale)
        self.memory.push(scaled)
        if len(self.memory) < self.settings.learning_starts:
            return
        self.learn()


class DQNAgent(_Brain):
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
        self.losses = []

    def learn(self):
        """Do one update step with a batch from the memory."""
        b = self.memory.sample(self.settings.batch_size)
        y = td_targets(self.target_net, b.reward, b.next_observation, b.terminated, self.settings.gamma)
        self._descend(q_loss(self.net, b.observation, b.action, y))
        soft_update(self.target_net, self.net, self.settings.tau)

    def _descend(self, loss):
        self.net.zero_grad(set_to_none=False)
        loss.backward()
        for p in self.net.parameters():
            p.grad.clamp_(-100, 100)
        self.optimizer.step()
        self.losses.append(loss.detach())

# %% agent
class _Factory:
    def __call__(self):
        return DQNAgent(Settings())


make_agent = _Factory()
