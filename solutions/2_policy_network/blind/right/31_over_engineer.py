# writer: a software architect: dataclasses, ABCs, properties, injected functions, mixins
# %% forward
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkConfig:
    observation_size: int = 4
    hidden_size: int = 32
    n_actions: int = 2


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.config = NetworkConfig(hidden_size=hidden_size, n_actions=n_actions)
        self.pipeline = nn.Sequential(
            OrderedDict(
                trunk=nn.Linear(self.config.observation_size, self.config.hidden_size),
                activation=nn.ReLU(inplace=True),
                head=nn.Linear(self.config.hidden_size, self.config.n_actions),
                probabilities=nn.Softmax(dim=-1),
            )
        )

    @property
    def policy_head(self):
        return self.pipeline.head

    def forward(self, x):
        return self.pipeline(x)
# %% act
from typing import NamedTuple


class Decision(NamedTuple):
    action: torch.Tensor
    log_prob: torch.Tensor


class Sampler:
    def __init__(self, net):
        self._net = net

    def distribution(self, observation):
        tensor = torch.as_tensor(observation).to(dtype=torch.float32)
        return Categorical(probs=self._net(tensor))

    def __call__(self, observation):
        distribution = self.distribution(observation)
        action = distribution.sample()
        return Decision(action=action, log_prob=distribution.log_prob(action))


def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    return Sampler(net)(observation)
# %% returns
class ReturnAccumulator:
    """Knows the return of the following step and puts one more reward in front of it."""

    def __init__(self, gamma):
        self.gamma = gamma
        self.value = 0.0

    def push(self, reward):
        self.value = float(reward) + self.gamma * self.value
        return self.value


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    accumulator = ReturnAccumulator(gamma)
    backwards = [accumulator.push(reward) for reward in reversed(rewards)]
    return torch.tensor(backwards, dtype=torch.float64).flip(dims=(0,))
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    std, mean = torch.std_mean(returns, correction=0)
    if std.item() == 0.0:
        return torch.zeros_like(returns)
    return (returns - mean) / std
# %% loss
class ReinforceLoss(nn.Module):
    def __init__(self, reduction="sum"):
        super().__init__()
        self.reduce = getattr(torch, reduction)

    def forward(self, log_probs, returns):
        return self.reduce(-returns.detach() * log_probs)


def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return ReinforceLoss()(log_probs, returns)
# %% first_agent
import abc
from dataclasses import dataclass, field


@dataclass
class Trajectory:
    log_probs: list = field(default_factory=list)
    rewards: list = field(default_factory=list)

    def is_complete(self, transition):
        return bool(transition.terminated[0] or transition.truncated[0])


class LearnerMixin:
    """Template method: the subclass says what the loss is."""

    @abc.abstractmethod
    def episode_loss(self): ...

    def learn(self):
        loss = self.episode_loss()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()


class FirstPolicy(LearnerMixin, AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
        self.gamma = gamma

    def start_episode(self, observation):
        self.trajectory = Trajectory()

    def act(self, observation, explore=True):
        return self._explore(observation) if explore else self._exploit(observation)

    def _exploit(self, observation):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)

    def _explore(self, observation):
        action, log_prob = choose_action(self.net, observation)
        self.trajectory.log_probs.append(log_prob)
        return action.numpy()

    def episode_loss(self):
        returns = discounted_returns(self.trajectory.rewards, self.gamma)
        return policy_loss(torch.cat(self.trajectory.log_probs), normalise(returns))

    def train(self, transition):
        self.trajectory.rewards.append(transition.reward[0].item())
        if self.trajectory.is_complete(transition):
            self.learn()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    # dependencies, so that a subclass can replace them
    @property
    def choose(self):
        return choose_action

    @property
    def loss_function(self):
        return policy_loss

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()  # (n,)
        decision = self.choose(self.net, observation)
        self.memory.append(decision[1])
        return decision[0].numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.array([a or b for a, b in zip(transition.terminated, transition.truncated)], dtype=bool)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        loss = self.loss_function(log_probs, returns)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
from dataclasses import asdict, dataclass


@dataclass
class Hyperparameters:
    gamma: float = 0.99
    lr: float = 3e-2


class AgentFactory:
    def __init__(self, kind, hyperparameters):
        self.kind = kind
        self.hyperparameters = hyperparameters

    def build(self):
        return self.kind(**asdict(self.hyperparameters))


def make_agent():
    """Return a new, untrained agent."""
    return AgentFactory(SimplePolicy, Hyperparameters()).build()
# %% save
import os
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    path = Path(path)
    temporary = path.with_name(path.name + ".tmp")
    state = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(state, temporary)
    os.replace(temporary, path)  # never leaves half a file


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(Path(path), weights_only=True)
    restorers = {
        "games": lambda value: setattr(agent, "games", value),
        "model_state_dict": agent.net.load_state_dict,
        "optimizer_state_dict": agent.optimizer.load_state_dict,
        "mean_reward": lambda value: setattr(agent, "mean_reward", value),
    }
    for key, restore in restorers.items():
        restore(state[key])
