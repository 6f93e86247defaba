# writer: a software engineer: type hints, dataclasses, docstrings, extra methods and attributes
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    N_INPUTS: int = 4

    def __init__(self, hidden_size: int = 32, n_actions: int = 2) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.n_actions = n_actions
        self.body: nn.Linear = nn.Linear(self.N_INPUTS, hidden_size)
        self.policy_head: nn.Linear = nn.Linear(hidden_size, n_actions)

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Unnormalised preferences, (batch, n_actions)."""
        return self.policy_head(F.relu(self.body(x)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.softmax(self.logits(x), dim=-1)
# %% act
from typing import NamedTuple


class Choice(NamedTuple):
    actions: torch.Tensor
    log_probs: torch.Tensor


def choose_action(net: PolicyNetwork, observation: np.ndarray) -> Choice:
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    x = torch.as_tensor(observation, dtype=torch.float32)
    distribution = Categorical(logits=net.logits(x))
    actions = distribution.sample()
    return Choice(actions, distribution.log_prob(actions))
# %% returns
from collections.abc import Sequence


def discounted_returns(rewards: Sequence[float], gamma: float = 0.99) -> torch.Tensor:
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns: torch.Tensor = torch.empty(len(rewards), dtype=torch.float32)
    following: float = 0.0
    for t, reward in reversed(list(enumerate(rewards))):
        following = float(reward) + gamma * following
        returns[t] = following
    return returns
# %% normalise
EPSILON: float = 1e-7


def normalise(returns: torch.Tensor) -> torch.Tensor:
    """Returns with mean 0 and standard deviation 1, same shape."""
    std, mean = torch.std_mean(returns, correction=0)
    return (returns - mean) / (std + EPSILON)
# %% loss
def policy_loss(log_probs: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """The loss of REINFORCE, a tensor with a single number."""
    if log_probs.shape != returns.shape:
        raise ValueError(f"{log_probs.shape} and {returns.shape} do not fit")
    return torch.mean(-returns.detach() * log_probs)
# %% update
from dataclasses import dataclass, field


@dataclass
class Log:
    losses: list[float] = field(default_factory=list)


class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma: float = 0.99, lr: float = 5e-3) -> None:
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games: int = 0  # episodes played
        self.mean_reward: float | None = None  # running average of their scores
        self.log = Log()

    def start_episode(self, observation: np.ndarray) -> None:
        n = len(observation)
        self.memory: list[torch.Tensor] = []
        self.episodes: list[np.ndarray] = []
        self.rewards: list[list[float]] = [[] for _ in range(n)]
        self.running = n

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        if not explore:
            return self._greedy(observation)
        choice = choose_action(self.net, observation)
        self.memory.append(choice.log_probs)
        return choice.actions.numpy()

    @torch.no_grad()
    def _greedy(self, observation: np.ndarray) -> np.ndarray:
        observation = torch.as_tensor(observation, dtype=torch.float32)
        return self.net(observation).argmax(dim=-1).numpy()  # (n,)

    def train(self, transition) -> None:
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended: np.ndarray = self._ended(transition)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    @staticmethod
    def _ended(transition) -> np.ndarray:
        return transition.terminated | transition.truncated

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
        loss = policy_loss(log_probs, returns)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.log.losses.append(loss.item())

    def keep_count(self) -> None:
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Hyperparameters:
    gamma: float = 0.99
    lr: float = 3e-2


def make_agent() -> SimplePolicy:
    """Return a new, untrained agent."""
    return SimplePolicy(**asdict(Hyperparameters()))
# %% save
from os import PathLike
from typing import Any, TypedDict


class Checkpoint(TypedDict):
    games: int
    model_state_dict: dict[str, Any]
    optimizer_state_dict: dict[str, Any]
    mean_reward: float | None


def save_agent(agent: SimplePolicy, path: str | PathLike) -> None:
    """Write everything that the agent needs to continue into a file."""
    checkpoint: Checkpoint = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(checkpoint, path)


def load_agent(agent: SimplePolicy, path: str | PathLike) -> None:
    """Read the file and put everything back into the agent."""
    checkpoint: Checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
