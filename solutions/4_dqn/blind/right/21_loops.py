# writer: a beginner who writes everything with for loops and Python lists
# %% memory
import random


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
        self.transitions = []

    def __len__(self):
        return len(self.transitions)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        for i in range(n):
            if len(self.transitions) == self.capacity:
                self.transitions.pop(0)
            one = [
                transition.observation[i],
                transition.action[i],
                transition.reward[i],
                transition.next_observation[i],
                transition.terminated[i],
            ]
            self.transitions.append(one)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        observations = []
        actions = []
        rewards = []
        next_observations = []
        terminateds = []
        for _ in range(batch_size):
            one = random.choice(self.transitions)
            observations.append(one[0])
            actions.append(one[1])
            rewards.append(one[2])
            next_observations.append(one[3])
            terminateds.append(one[4])
        return Batch(
            torch.tensor(np.array(observations), dtype=torch.float32),
            torch.tensor(np.array(actions), dtype=torch.int64),
            torch.tensor(np.array(rewards), dtype=torch.float32),
            torch.tensor(np.array(next_observations), dtype=torch.float32),
            torch.tensor(np.array(terminateds), dtype=torch.bool),
        )
# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.layer1(x)
        x = self.relu(x)
        x = self.layer2(x)
        x = self.relu(x)
        x = self.layer3(x)
        return x
# %% epsilon
import math


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    difference = start - end
    factor = math.exp(-1 * step / decay)
    return end + difference * factor
# %% act
import random


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = []
    for i in range(n):
        if random.random() < epsilon:
            action = random.randint(0, n_actions - 1)
        else:
            action = 0
            for a in range(n_actions):
                if values[i][a] > values[i][action]:
                    action = a
        actions.append(action)
    return np.array(actions)
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    values = target_net(next_observation).tolist()
    rewards = reward.tolist()
    ends = terminated.tolist()
    targets = []
    for i in range(len(rewards)):
        if ends[i]:
            targets.append(rewards[i])
        else:
            targets.append(rewards[i] + gamma * max(values[i]))
    return torch.tensor(targets)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    chosen = []
    for i in range(len(action)):
        chosen.append(values[i, action[i]])
    delta = torch.stack(chosen) - targets
    small = abs(delta) < 1
    losses = torch.where(small, delta**2 / 2, abs(delta) - 1 / 2)
    return sum(losses) / len(losses)
# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for name in ["layer1", "layer2", "layer3"]:
        slow = getattr(target_net, name)
        fast = getattr(net, name)
        slow.weight.data = tau * fast.weight.data + (1 - tau) * slow.weight.data
        slow.bias.data = tau * fast.bias.data + (1 - tau) * slow.bias.data
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.layer1.load_state_dict(self.net.layer1.state_dict())
        self.target_net.layer2.load_state_dict(self.net.layer2.state_dict())
        self.target_net.layer3.load_state_dict(self.net.layer3.state_dict())
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
        obs, action, reward, next_obs, terminated = self.memory.sample(s.batch_size)
        targets = td_targets(self.target_net, reward, next_obs, terminated, s.gamma)
        loss = q_loss(self.net, obs, action, targets)
        self.optimizer.zero_grad()
        loss.backward()
        for parameter in self.net.parameters():
            parameter.grad[parameter.grad > 100] = 100
            parameter.grad[parameter.grad < -100] = -100
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    settings = Settings()
    new_agent = DQNAgent(settings)
    return new_agent
