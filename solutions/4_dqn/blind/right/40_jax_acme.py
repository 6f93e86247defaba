# writer: comes from Acme, rlax and JAX: functional_call with explicit params, one-hot instead of gather, discounts, gradients as values
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class BufferState(NamedTuple):
    data: Batch
    head: int
    count: int


def init_state(capacity):
    return BufferState(
        data=Batch(
            observation=torch.zeros(capacity, 4, dtype=torch.float32),
            action=torch.zeros(capacity, dtype=torch.int64),
            reward=torch.zeros(capacity, dtype=torch.float32),
            next_observation=torch.zeros(capacity, 4, dtype=torch.float32),
            terminated=torch.zeros(capacity, dtype=torch.bool),
        ),
        head=0,
        count=0,
    )


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.state = init_state(capacity)

    def __len__(self):
        return self.state.count

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        data, head, count = self.state
        n = len(transition.action)
        for i in range(n):
            row = (head + i) % self.capacity
            for name in Batch._fields:
                getattr(data, name)[row] = torch.as_tensor(getattr(transition, name)[i])
        self.state = BufferState(data, (head + n) % self.capacity, min(count + n, self.capacity))

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        index = torch.randint(self.state.count, (batch_size,))
        return Batch(*(leaf[index] for leaf in self.state.data))

# %% forward
def lecun_normal_(layer, scale=1.0):
    nn.init.normal_(layer.weight, std=scale * layer.in_features**-0.5)
    nn.init.zeros_(layer.bias)


class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        lecun_normal_(self.layer1)
        lecun_normal_(self.layer2)
        lecun_normal_(self.layer3, scale=0.1)

    def forward(self, x):
        h = torch.relu(self.layer1(x))
        h = torch.relu(self.layer2(h))
        return self.layer3(h)

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return float(end + (start - end) * np.exp(-np.divide(step, decay)))

# %% act
def epsilon_greedy_probs(q, epsilon):
    """As rlax.epsilon_greedy(...).probs, (n, n_actions)."""
    n_actions = q.shape[-1]
    greedy = np.eye(n_actions)[q.argmax(axis=-1)]
    return epsilon / n_actions + (1 - epsilon) * greedy


def categorical_sample(probs):
    cumulative = probs.cumsum(axis=-1)
    u = np.random.uniform(size=(len(probs), 1))
    return np.minimum((cumulative <= u).sum(axis=-1), probs.shape[-1] - 1)


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return categorical_sample(epsilon_greedy_probs(values, epsilon))

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    target_params = {name: param.detach() for name, param in target_net.named_parameters()}
    q_t = torch.func.functional_call(target_net, target_params, (next_observation,))
    discount_t = gamma * torch.logical_not(terminated).to(q_t.dtype)
    return (reward + discount_t * torch.amax(q_t, dim=-1)).detach()

# %% loss
def huber(x, delta=1.0):
    clipped = torch.clamp(x, -delta, delta)
    return clipped * (x - 0.5 * clipped)


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q_tm1 = net(observation)
    one_hot = F.one_hot(action, num_classes=q_tm1.shape[-1]).to(q_tm1.dtype)
    qa_tm1 = torch.sum(q_tm1 * one_hot, dim=-1)
    td_error = targets.detach() - qa_tm1
    return huber(td_error).mean()

# %% soft_update
def incremental_update(new, old, step_size):
    """As optax.incremental_update, for dictionaries of arrays."""
    return {name: step_size * new[name] + (1 - step_size) * old[name] for name in old}


def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        params, old = dict(net.named_parameters()), dict(target_net.named_parameters())
        for name, value in incremental_update(params, old, tau).items():
            old[name].copy_(value)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict({k: v.clone() for k, v in self.net.state_dict().items()})
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

    def _loss(self, batch):
        y = td_targets(
            target_net=self.target_net,
            reward=batch.reward,
            next_observation=batch.next_observation,
            terminated=batch.terminated,
            gamma=self.settings.gamma,
        )
        return q_loss(net=self.net, observation=batch.observation, action=batch.action, targets=y)

    def learn(self):
        """Do one update step with a batch from the memory."""
        s = self.settings
        params = list(self.net.parameters())
        grads = torch.autograd.grad(self._loss(self.memory.sample(s.batch_size)), params)
        for param, grad in zip(params, grads):
            param.grad = grad.clamp(-100, 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent(settings=Settings()):
    """Return a new, untrained agent."""
    return DQNAgent(settings)
