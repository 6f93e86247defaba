# writer: a Java programmer: getters, private fields, arraycopy in two pieces, builders, keyword-only calls, a closure given to optimizer.step
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
        self.__capacity = capacity
        self.__observations = np.zeros(shape=(capacity, 4), dtype=np.float32)
        self.__actions = np.zeros(shape=(capacity,), dtype=np.int64)
        self.__rewards = np.zeros(shape=(capacity,), dtype=np.float32)
        self.__nextObservations = np.zeros(shape=(capacity, 4), dtype=np.float32)
        self.__terminated = np.zeros(shape=(capacity,), dtype=np.bool_)
        self.__head = -1  # the row written last
        self.__count = 0

    def __len__(self):
        return self.getCount()

    def getCount(self) -> int:
        return self.__count

    def getCapacity(self) -> int:
        return self.__capacity

    def isFull(self) -> bool:
        return self.__count == self.__capacity

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        source = 0
        remaining = len(transition.action)
        while remaining > 0:
            start = 0 if self.__head + 1 == self.__capacity else self.__head + 1
            length = min(remaining, self.__capacity - start)
            self.__arraycopy(transition, source, start, length)
            self.__head = start + length - 1
            source += length
            remaining -= length
            if not self.isFull():
                self.__count = max(self.__count, start + length)

    def __arraycopy(self, transition, source, start, length):
        to = slice(start, start + length)
        of = slice(source, source + length)
        self.__observations[to] = transition.observation[of]
        self.__actions[to] = transition.action[of]
        self.__rewards[to] = transition.reward[of]
        self.__nextObservations[to] = transition.next_observation[of]
        self.__terminated[to] = transition.terminated[of]

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        indices = (np.random.random(size=batch_size) * self.__count).astype(int)
        return Batch(
            observation=torch.tensor(data=self.__observations[indices]),
            action=torch.tensor(data=self.__actions[indices]),
            reward=torch.tensor(data=self.__rewards[indices]),
            next_observation=torch.tensor(data=self.__nextObservations[indices]),
            terminated=torch.tensor(data=self.__terminated[indices]),
        )
# %% forward
class Layer(nn.Linear):
    """A fully connected layer with an activation."""

    def __init__(self, inputs, outputs, activation):
        super().__init__(in_features=inputs, out_features=outputs)
        self.activation = activation

    def forward(self, input):
        return self.activation(super().forward(input))


class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = Layer(n_observations, hidden_size, nn.ReLU())
        self.layer2 = Layer(hidden_size, hidden_size, nn.ReLU())
        self.layer3 = Layer(hidden_size, n_actions, nn.Identity())

    def forward(self, x):
        return self.layer3(self.layer2(self.layer1(x)))
# %% epsilon
import math


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    amplitude: float = float(start) - float(end)
    exponent: float = -float(step) / float(decay)
    return float(end) + amplitude * math.pow(math.e, exponent)
# %% act
import math
import random

_RANDOM = random.Random()


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    result = np.zeros(shape=n, dtype=np.int32)
    for row in range(0, n):
        if not _RANDOM.random() >= epsilon:
            result[row] = _RANDOM.choice(range(n_actions))
            continue
        bestValue = -math.inf
        for column in range(0, n_actions):
            if values[row][column] >= bestValue:
                bestValue = values[row][column]
                result[row] = column
    return result
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.inference_mode():
        q = target_net(next_observation)
        v = torch.sort(q, dim=1, descending=True).values.select(dim=1, index=0)
        target = torch.where(condition=terminated, input=reward, other=reward + gamma * v)
    # a normal tensor again, which autograd may use
    return target.clone()
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    predictions = torch.gather(input=net(observation), dim=1, index=action.reshape(-1, 1))
    return F.huber_loss(input=predictions.flatten(), target=targets, reduction="mean", delta=1.0)
# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    targetIterator = iter(target_net.parameters())
    sourceIterator = iter(net.parameters())
    while (target := next(targetIterator, None)) is not None:
        source = next(sourceIterator)
        target.data.copy_(source.data * tau + target.data * (1.0 - tau))
# %% update
import copy


class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = copy.deepcopy(self.net)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(capacity=self.settings.memory_size)
        self.steps_done = 0

    def act(self, observation, explore=True):
        if not explore:
            return select_action(net=self.net, observation=observation, epsilon=0.0)
        s = self.settings
        probability = epsilon(
            step=self.steps_done, start=s.eps_start, end=s.eps_end, decay=s.eps_decay
        )
        self.steps_done += len(observation)
        return select_action(net=self.net, observation=observation, epsilon=probability)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward  # (n,)
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        """Do one update step with a batch from the memory."""
        s = self.settings
        batch = self.memory.sample(batch_size=s.batch_size)
        targets = td_targets(
            target_net=self.target_net,
            reward=batch.reward,
            next_observation=batch.next_observation,
            terminated=batch.terminated,
            gamma=s.gamma,
        )

        def closure():
            self.optimizer.zero_grad()
            loss = q_loss(
                net=self.net, observation=batch.observation, action=batch.action, targets=targets
            )
            loss.backward()
            nn.utils.clip_grad_value_(parameters=self.net.parameters(), clip_value=100.0)
            return loss

        self.optimizer.step(closure=closure)
        soft_update(target_net=self.target_net, net=self.net, tau=s.tau)
# %% agent
class DQNAgentBuilder:
    def __init__(self):
        self.__values = {}

    def withLearningRate(self, lr):
        self.__values["lr"] = lr
        return self

    def withMemorySize(self, memorySize):
        self.__values["memory_size"] = memorySize
        return self

    def build(self):
        return DQNAgent(settings=Settings(**self.__values))


def make_agent():
    """Return a new, untrained agent."""
    return DQNAgentBuilder().withLearningRate(4e-3).withMemorySize(40_000).build()
