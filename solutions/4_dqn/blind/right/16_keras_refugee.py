# writer: from Keras: tables, masks and stop_gradient habits, but with the right numbers

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
        indices = np.array([i % self.capacity for i in range(self.position, self.position + n)], dtype=int)
        self.store.observation[indices], self.store.next_observation[indices] = transition.observation, transition.next_observation
        self.store.action[indices] = transition.action
        self.store.reward[indices] = transition.reward
        self.store.terminated[indices] = np.asarray(transition.terminated, dtype=bool)
        self.position = (self.position + n) % self.capacity
        self.size = self.size + n if self.size + n < self.capacity else self.capacity

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        indices = np.random.choice(range(self.size), size=batch_size)
        state_sample = torch.tensor(self.store.observation[indices])
        state_next_sample = torch.tensor(self.store.next_observation[indices])
        rewards_sample = torch.tensor(self.store.reward[indices])
        action_sample = torch.tensor(self.store.action[indices])
        done_sample = torch.tensor(self.store.terminated[indices])
        return Batch(state_sample, action_sample, rewards_sample, state_next_sample, done_sample)

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        activation = {"layer1": F.relu, "layer2": F.relu, "layer3": nn.Identity()}
        for name, layer in self.named_children():
            x = activation[name](layer(x))
        return x

# %% epsilon
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    epsilon_interval = start - end
    return end + epsilon_interval * np.exp(-(step / decay))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    action_probs = values
    best = np.argmax(action_probs, axis=1)
    anything = np.random.choice(n_actions, n)
    lucky = np.random.rand(n)
    return np.where(lucky >= epsilon, best, anything)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    future_rewards = target_net(next_observation).detach()
    done_sample = terminated.to(reward.dtype)
    updated_q_values = reward + gamma * torch.amax(future_rewards, dim=1) * (1 - done_sample)
    return updated_q_values

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q_values = net(observation)
    masks = F.one_hot(action, q_values.shape[-1])
    q_action = torch.sum(torch.multiply(q_values, masks), dim=1)
    loss_function = torch.nn.HuberLoss(delta=1.0)
    return loss_function(targets, q_action)

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    weights = net.state_dict()
    target_net.load_state_dict({
        key: tau * weights[key] + (1 - tau) * old for key, old in target_net.state_dict().items()
    })

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        def create_q_model(weights):
            model = DQN()
            model.load_state_dict(weights)
            return model

        self.target_net = create_q_model(self.net.state_dict())
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
        state, action, rewards, state_next, done = self.memory.sample(s.batch_size)
        updated_q_values = td_targets(self.target_net, rewards, state_next, done, s.gamma)
        loss = q_loss(self.net, state, action, updated_q_values)
        trainable = list(self.net.parameters())
        grads = torch.autograd.grad(loss, trainable)
        for variable, grad in zip(trainable, grads):
            variable.grad = grad.clamp(-100, 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(settings=Settings(lr=LR, tau=TAU))
