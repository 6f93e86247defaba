# writer: somebody who carries everything over from PyTorch's DQN tutorial (deque, random.sample, zip, non-final mask, state dicts)
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
    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def push(self, transition):
        """Save the transitions"""
        self.memory.extend(
            zip(
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            )
        )

    def sample(self, batch_size):
        batch = Batch(*zip(*random.sample(self.memory, batch_size)))
        return Batch(*(torch.as_tensor(np.stack(column)) for column in batch))

    def __len__(self):
        return len(self.memory)
# %% forward
class DQN(nn.Module):
    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super(DQN, self).__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    # Called with either one element to determine next action, or a batch during optimization.
    def forward(self, x):
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        return self.layer3(x)
# %% epsilon
import math


def epsilon(step, start, end, decay):
    eps_threshold = end + (start - end) * math.exp(-1.0 * step / decay)
    return eps_threshold
# %% act
import random


def select_action(net, observation, epsilon):
    with torch.no_grad():
        # t.max(1) returns the largest column value of each row; its second result is the index
        values = net(torch.as_tensor(observation, dtype=torch.float32))
        greedy = values.max(1).indices
    actions = torch.tensor(
        [
            int(greedy[i]) if random.random() > epsilon else random.randrange(values.shape[1])
            for i in range(values.shape[0])
        ],
        device="cpu",
        dtype=torch.long,
    )
    return actions.numpy()
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    # Compute a mask of non-final states and evaluate the target network for those only
    non_final_mask = torch.logical_not(terminated)
    non_final_next_states = next_observation[non_final_mask]
    next_state_values = torch.zeros(len(reward))
    with torch.no_grad():
        next_state_values[non_final_mask] = target_net(non_final_next_states).max(1).values
    # Compute the expected Q values
    expected_state_action_values = (next_state_values * gamma) + reward
    return expected_state_action_values
# %% loss
def q_loss(net, observation, action, targets):
    state_action_values = net(observation).gather(1, action.view(-1, 1))
    criterion = nn.SmoothL1Loss()
    return criterion(state_action_values, targets.unsqueeze(1))
# %% soft_update
def soft_update(target_net, net, tau):
    target_net_state_dict = target_net.state_dict()
    policy_net_state_dict = net.state_dict()
    for key in policy_net_state_dict:
        target_net_state_dict[key] = policy_net_state_dict[key] * tau + target_net_state_dict[
            key
        ] * (1 - tau)
    target_net.load_state_dict(target_net_state_dict)
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=self.settings.lr, amsgrad=True)
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
        if len(self.memory) < self.settings.batch_size:
            return
        batch = self.memory.sample(self.settings.batch_size)
        expected = td_targets(
            self.target_net,
            batch.reward,
            batch.next_observation,
            batch.terminated,
            self.settings.gamma,
        )
        loss = q_loss(self.net, batch.observation, batch.action, expected)

        # Optimize the model
        self.optimizer.zero_grad()
        loss.backward()
        # In-place gradient clipping
        torch.nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, self.settings.tau)
# %% agent
def make_agent():
    return DQNAgent()
