# writer: a Java enterprise developer: dataclasses, context managers, properties, own methods on the network, keyword arguments everywhere
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    OBSERVATION_SIZE: int = 4

    def __init__(self, hidden_size: int = 32, n_actions: int = 2) -> None:
        super().__init__()
        self.encoder: nn.Module = self._build_encoder(hidden_size=hidden_size)
        self.policy_head: nn.Linear = nn.Linear(hidden_size, n_actions)
        self.normaliser: nn.Module = nn.Softmax(dim=-1)
        nn.init.orthogonal_(self.policy_head.weight, gain=0.01)
        nn.init.zeros_(self.policy_head.bias)

    @classmethod
    def _build_encoder(cls, *, hidden_size: int) -> nn.Module:
        return nn.Sequential(nn.Linear(cls.OBSERVATION_SIZE, hidden_size), nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.normaliser(self.policy_head(self.encoder(x)))

    def distribution(self, x: torch.Tensor) -> Categorical:
        """The policy as a distribution, for those who want to draw from it."""
        return Categorical(probs=self(x))


# %% act
from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    actions: torch.Tensor
    log_probs: torch.Tensor

    @classmethod
    def draw(cls, distribution: Categorical) -> "Decision":
        actions = distribution.sample()
        return cls(actions=actions, log_probs=distribution.log_prob(actions))


def choose_action(net: nn.Module, observation: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    tensor = torch.as_tensor(observation, dtype=torch.float32)
    decision = Decision.draw(net.distribution(tensor))
    return decision.actions, decision.log_probs


# %% returns
from collections import deque
from collections.abc import Sequence


class ReturnCalculator:
    """Accumulates rewards from the last to the first."""

    def __init__(self, discount: float) -> None:
        self._discount = discount
        self._results: deque[float] = deque()

    @property
    def latest(self) -> float:
        return self._results[0] if self._results else 0.0

    def consume(self, reward: float) -> "ReturnCalculator":
        self._results.appendleft(reward + self._discount * self.latest)
        return self

    def to_tensor(self) -> torch.Tensor:
        return torch.tensor(list(self._results), dtype=torch.float32)


def discounted_returns(rewards: Sequence[float], gamma: float = 0.99) -> torch.Tensor:
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    calculator = ReturnCalculator(discount=gamma)
    for reward in reversed(rewards):
        calculator.consume(float(reward))
    return calculator.to_tensor()


# %% normalise
EPSILON: float = 1e-8


def normalise(returns: torch.Tensor) -> torch.Tensor:
    """Returns with mean 0 and standard deviation 1, same shape."""
    mean: torch.Tensor = returns.mean()
    standard_deviation: torch.Tensor = returns.std(unbiased=False)
    return (returns - mean).div(standard_deviation.add(EPSILON))


# %% loss
def policy_loss(log_probs: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """The loss of REINFORCE, a tensor with a single number."""
    if log_probs.shape != returns.shape:
        raise ValueError(f"shapes differ: {tuple(log_probs.shape)} and {tuple(returns.shape)}")
    return torch.mul(log_probs, returns).neg().sum()


# %% first_agent
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class EpisodeMemory:
    log_probs: list[torch.Tensor] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)


class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma: float = 0.99, lr: float = 5e-3) -> None:
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation: np.ndarray) -> None:
        self.memory = EpisodeMemory()

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(net=self.net, observation=observation)
        self.memory.log_probs.append(log_probs)
        return actions.detach().cpu().numpy()

    def train(self, transition) -> None:
        self.memory.rewards.append(float(transition.reward[0]))
        if self._is_over(transition):
            with self._optimizer_step():
                self._loss().backward()

    @staticmethod
    def _is_over(transition) -> bool:
        return bool(transition.terminated[0]) or bool(transition.truncated[0])

    def _loss(self) -> torch.Tensor:
        returns = discounted_returns(rewards=self.memory.rewards, gamma=self.gamma)
        return policy_loss(
            returns=normalise(returns=returns), log_probs=torch.cat(self.memory.log_probs)
        )

    @contextmanager
    def _optimizer_step(self):
        self.optimizer.zero_grad()
        yield
        self.optimizer.step()


# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma: float = 0.99, lr: float = 5e-3) -> None:
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation: np.ndarray) -> None:
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        return self._act_by_policy(observation) if explore else self._act_greedily(observation)

    def _act_greedily(self, observation: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            probabilities = self.net(torch.as_tensor(observation, dtype=torch.float32))
        return probabilities.argmax(dim=-1).numpy()  # (n,)

    def _act_by_policy(self, observation: np.ndarray) -> np.ndarray:
        actions, log_probs = choose_action(net=self.net, observation=observation)
        self.memory.append(log_probs)
        return actions.detach().cpu().numpy()

    def train(self, transition) -> None:
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended: np.ndarray = np.logical_or(transition.terminated, transition.truncated)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self) -> tuple[torch.Tensor, torch.Tensor]:
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs: torch.Tensor, returns: torch.Tensor) -> None:
        """Do one optimizer step."""
        loss: torch.Tensor = policy_loss(log_probs=log_probs, returns=returns)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def keep_count(self) -> None:
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    gamma: float = 0.99
    lr: float = 3e-2


def make_agent() -> SimplePolicy:
    """Return a new, untrained agent."""
    return SimplePolicy(**asdict(Hyperparameters()))


# %% experiment
from enum import Enum
from itertools import product
from statistics import fmean


class Rate(Enum):
    SMALL = 0.003
    OURS = 0.03
    LARGE = 0.3


def experiment() -> dict[str, list[float]]:
    """Return the dictionary with your two answers."""
    greedy = {
        Rate.SMALL: [111, 82, 116, 106, 59],
        Rate.OURS: [334, 460, 249, 212, 249],
        Rate.LARGE: [59, 74, 131, 153, 79],
    }
    training = {
        Rate.OURS: [98.2, 113.6, 135.8, 94.1, 98.6],
        Rate.LARGE: [88.3, 95.8, 144.2, 94.6, 56.8],
    }

    def interquartile_mean(scores: list[float]) -> float:
        dropped = len(scores) // 4
        return fmean(sorted(scores)[dropped : len(scores) - dropped])

    def misled_by(scores: dict[Rate, list[float]], other: Rate) -> int:
        return len([1 for large, rival in product(scores[Rate.LARGE], scores[other]) if large > rival])

    return {
        "middles": [interquartile_mean(greedy[rate]) for rate in Rate],
        "misled": [
            misled_by(training, Rate.OURS),
            misled_by(greedy, Rate.OURS),
            misled_by(greedy, Rate.SMALL),
        ],
    }


# %% save
from typing import Any


def _to_document(agent) -> dict[str, Any]:
    return dict(
        games=agent.games,
        model_state_dict=agent.net.state_dict(),
        optimizer_state_dict=agent.optimizer.state_dict(),
        mean_reward=agent.mean_reward,
    )


def save_agent(agent, path) -> None:
    """Write everything that the agent needs to continue into a file."""
    torch.save(obj=_to_document(agent), f=path)


def load_agent(agent, path) -> None:
    """Read the file and put everything back into the agent."""
    match torch.load(path, weights_only=True):
        case {
            "games": games,
            "model_state_dict": model,
            "optimizer_state_dict": optimizer,
            "mean_reward": mean_reward,
        }:
            agent.games, agent.mean_reward = games, mean_reward
            agent.net.load_state_dict(model)
            agent.optimizer.load_state_dict(optimizer)
        case _:
            raise ValueError(f"{path} is not the file of an agent")
