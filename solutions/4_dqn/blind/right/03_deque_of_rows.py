# writer: keeps single transitions in a deque, as in PyTorch's tutorial

# %% memory
import random
from collections import deque


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` transitions, each one a Batch of single values."""

    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def __len__(self):
        return len(self.memory)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        self.memory.extend(
            Batch(*row)
            for row in zip(
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            )
        )

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = Batch(*zip(*random.choices(self.memory, k=batch_size)))
        return Batch(
            torch.as_tensor(np.stack(rows.observation), dtype=torch.float32),
            torch.as_tensor(np.array(rows.action), dtype=torch.int64),
            torch.as_tensor(np.array(rows.reward), dtype=torch.float32),
            torch.as_tensor(np.stack(rows.next_observation), dtype=torch.float32),
            torch.as_tensor(np.array(rows.terminated), dtype=torch.bool),
        )

# %% forward
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        return self.layer3(x)

# %% epsilon
import math


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * math.exp(-1.0 * step / decay)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return np.array([
        random.randrange(n_actions) if random.random() < epsilon else int(row.argmax())
        for row in values
    ])

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    # the tutorial's way: only the states that are not final go through the network
    non_final_mask = ~terminated
    next_state_values = torch.zeros(len(reward))
    with torch.no_grad():
        next_state_values[non_final_mask] = target_net(next_observation[non_final_mask]).max(1).values
    return (next_state_values * gamma) + reward

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    criterion = nn.SmoothL1Loss()
    state_action_values = net(observation).gather(1, action.unsqueeze(1))
    return criterion(state_action_values, targets.unsqueeze(1))

# %% soft_update
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    target_net_state_dict = target_net.state_dict()
    policy_net_state_dict = net.state_dict()
    for key in policy_net_state_dict:
        target_net_state_dict[key] = policy_net_state_dict[key] * tau + target_net_state_dict[key] * (1 - tau)
    target_net.load_state_dict(target_net_state_dict)

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
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
        if len(self.memory) < 1:
            return
        batch = self.memory.sample(s.batch_size)
        expected_state_action_values = td_targets(
            self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma
        )
        loss = q_loss(self.net, batch.observation, batch.action, expected_state_action_values)
        # Optimize the model
        self.optimizer.zero_grad()
        loss.backward()
        # In-place gradient clipping
        torch.nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        # Soft update of the target network's weights
        soft_update(self.target_net, self.net, s.tau)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
