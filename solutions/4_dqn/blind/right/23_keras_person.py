# writer: a Keras person, with predict/get_weights/set_weights methods on the network, one-hot masks, and the target's own methods used everywhere
# %% memory
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    next_observation: torch.Tensor
    terminated: torch.Tensor


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions, as in keras-rl: one ring for each field."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.rings = {}
        self.pushed = 0  # all transitions ever pushed

    def __len__(self):
        return min(self.pushed, self.capacity)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        where = np.arange(self.pushed, self.pushed + n)
        for name in Batch._fields:
            column = np.asarray(getattr(transition, name))
            if name not in self.rings:  # built at the first call, as a Keras layer
                self.rings[name] = np.empty((self.capacity, *column.shape[1:]), column.dtype)
            np.put_along_axis(
                self.rings[name],
                (where % self.capacity).reshape(-1, *[1] * (column.ndim - 1)),
                column,
                axis=0,
            )
        self.pushed += n

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.choice(len(self), size=batch_size)
        kinds = dict(
            observation=torch.float32,
            action=torch.int64,
            reward=torch.float32,
            next_observation=torch.float32,
            terminated=torch.bool,
        )
        return Batch(
            **{
                name: torch.as_tensor(self.rings[name].take(rows, axis=0), dtype=kind)
                for name, kind in kinds.items()
            }
        )
# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = self.dense(n_observations, hidden_size)
        self.layer2 = self.dense(hidden_size, hidden_size)
        self.layer3 = self.dense(hidden_size, n_actions)
        nn.init.uniform_(self.layer3.weight, -1e-3, 1e-3)

    @staticmethod
    def dense(n_in, n_out):
        """A layer with the start of Keras: Glorot uniform weights, biases zero."""
        layer = nn.Linear(n_in, n_out)
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        return layer

    def call(self, inputs):
        h = torch.relu(self.layer1(inputs))
        h = torch.relu(self.layer2(h))
        return self.layer3(h)

    forward = call

    def predict(self, inputs):
        with torch.no_grad():
            return self(inputs)

    def get_weights(self):
        return [p.detach().clone() for p in self.parameters()]

    @torch.no_grad()
    def set_weights(self, weights):
        for p, w in zip(self.parameters(), weights, strict=True):
            p.copy_(w)
# %% epsilon
class ExponentialDecay:
    """A schedule in the style of keras.optimizers.schedules."""

    def __init__(self, start, end, decay):
        self.start, self.end, self.decay = start, end, decay

    def __call__(self, step):
        share = np.exp(-step / self.decay)
        return share * self.start + (1 - share) * self.end


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return ExponentialDecay(start, end, decay)(step)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = np.argmax(values, axis=-1)
    explorers = np.random.uniform(size=n) < epsilon
    actions[explorers] = np.random.choice(n_actions, size=explorers.sum())
    return actions
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    future_rewards = torch.amax(target_net.predict(next_observation), dim=1)
    return reward + gamma * future_rewards * (1.0 - terminated.float())
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q_values = net(observation)
    masks = F.one_hot(action, num_classes=q_values.shape[1])
    q_action = torch.sum(q_values * masks, dim=1)
    return nn.HuberLoss()(q_action, targets)
# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    target_net.set_weights(
        [
            tau * fast + (1 - tau) * slow
            for fast, slow in zip(net.get_weights(), target_net.get_weights())
        ]
    )
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.set_weights(self.net.get_weights())
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=self.settings.lr, eps=1e-7)
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

    def train_on_batch(self, x, y):
        observation, action = x
        self.net.zero_grad()
        loss = q_loss(self.net, observation, action, y)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), max_norm=1.0)  # clipnorm=1.0
        self.optimizer.step()
        return loss.item()

    def learn(self):
        """Do one update step with a batch from the memory."""
        s = self.settings
        batch = self.memory.sample(s.batch_size)
        y = td_targets(
            target_net=self.target_net,
            reward=batch.reward,
            next_observation=batch.next_observation,
            terminated=batch.terminated,
            gamma=s.gamma,
        )
        self.train_on_batch(x=(batch.observation, batch.action), y=y)
        soft_update(self.target_net, self.net, s.tau)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(settings=Settings(lr=3e-3))
