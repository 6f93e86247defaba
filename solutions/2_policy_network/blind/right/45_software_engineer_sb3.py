# writer: a software engineer used to Stable-Baselines3 (dataclasses, mixins, helper classes, type hints, atomic writes)
# %% forward
class FeatureExtractor(nn.Module):
    """Turns an observation into features."""

    def __init__(self, observation_size: int, features_dim: int) -> None:
        super().__init__()
        self.features_dim = features_dim
        self.linear = nn.Linear(observation_size, features_dim)
        self.activation_fn = nn.ReLU(inplace=True)

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return self.activation_fn(self.linear(observations))


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    OBSERVATION_SIZE = 4

    def __init__(self, hidden_size: int = 32, n_actions: int = 2) -> None:
        super().__init__()
        self.features_extractor = FeatureExtractor(self.OBSERVATION_SIZE, hidden_size)
        self.policy_head = nn.Linear(self.features_extractor.features_dim, n_actions)
        self.to_probabilities = nn.Softmax(dim=-1)

    def get_distribution(self, observation: torch.Tensor) -> Categorical:
        return Categorical(probs=self(observation))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        latent_pi = self.features_extractor(x)
        return self.to_probabilities(self.policy_head(latent_pi))


# %% act
from typing import NamedTuple


class Choice(NamedTuple):
    actions: torch.Tensor
    log_probs: torch.Tensor


def choose_action(net: nn.Module, observation: np.ndarray) -> Choice:
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    obs_tensor = torch.as_tensor(observation, dtype=torch.float32)
    distribution = net.get_distribution(obs_tensor)
    actions = distribution.sample()
    return Choice(actions=actions, log_probs=distribution.log_prob(actions))


# %% returns
class ReturnCalculator:
    """Accumulates rewards from the last step to the first."""

    def __init__(self, gamma: float) -> None:
        self.gamma = gamma
        self._following = 0.0

    def push(self, reward: float) -> float:
        self._following = float(reward) + self.gamma * self._following
        return self._following


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    calculator = ReturnCalculator(gamma)
    backwards = [calculator.push(reward) for reward in rewards[::-1]]
    return torch.tensor(backwards[::-1], dtype=torch.float32)


# %% normalise
EPSILON = 1e-8


def normalise(returns: torch.Tensor) -> torch.Tensor:
    """Returns with mean 0 and standard deviation 1, same shape."""
    centred = returns - returns.mean()
    spread = centred.pow(2).mean().sqrt()
    if spread < EPSILON:
        return torch.zeros_like(returns)
    return centred / spread


# %% loss
def policy_loss(log_probs: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.neg(torch.sum(torch.mul(log_probs, returns)))


# %% first_agent
from dataclasses import dataclass, field


@dataclass
class EpisodeRecord:
    """What is remembered of one episode."""

    log_probs: list = field(default_factory=list)
    rewards: list = field(default_factory=list)

    def stacked_log_probs(self):
        return torch.stack(self.log_probs).flatten()


class GradientStepMixin:
    """One step of the optimizer for a given loss."""

    def minimise(self, loss):
        self.net.zero_grad()
        loss.backward()
        self.optimizer.step()


class FirstPolicy(GradientStepMixin, AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
        self.gamma = gamma
        self.record = EpisodeRecord()

    def start_episode(self, observation):
        self.record = EpisodeRecord()

    def act(self, observation, explore=True):
        if not explore:
            return self._greedy(observation)
        choice = choose_action(self.net, observation)
        actions, log_probs = choice
        self.record.log_probs.append(log_probs)
        return actions.numpy()

    @torch.no_grad()
    def _greedy(self, observation):
        return self.net(torch.as_tensor(observation, dtype=torch.float32)).argmax(dim=-1).numpy()

    @staticmethod
    def _is_over(transition) -> bool:
        return bool(transition.terminated[0]) or bool(transition.truncated[0])

    def train(self, transition):
        self.record.rewards.append(float(transition.reward[0]))
        if self._is_over(transition):
            self._learn(self.record)

    def _learn(self, record: EpisodeRecord) -> None:
        returns = normalise(discounted_returns(record.rewards, self.gamma))
        self.minimise(policy_loss(record.stacked_log_probs(), returns))


# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    HIDDEN_SIZE = 64

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork(hidden_size=self.HIDDEN_SIZE)
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
        actions, log_probs = choose_action(self.net, observation)
        self.memory.append(log_probs)
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = self._ended(transition)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    @staticmethod
    def _ended(transition) -> np.ndarray:
        return np.stack([transition.terminated, transition.truncated]).any(axis=0)

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

        def closure():
            self.optimizer.zero_grad()
            loss = policy_loss(log_probs, returns)
            loss.backward()
            return loss

        self.optimizer.step(closure)

    def keep_count(self):
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


def make_agent(hyperparameters: Hyperparameters = Hyperparameters()) -> SimplePolicy:
    """Return a new, untrained agent."""
    return SimplePolicy(**asdict(hyperparameters))


# %% experiment
from dataclasses import dataclass


@dataclass(frozen=True)
class Scores:
    values: tuple

    def interquartile_mean(self) -> float:
        ordered = sorted(self.values)
        cut = len(ordered) // 4
        kept = ordered[cut : len(ordered) - cut]
        return sum(kept) / len(kept)

    def wins_against(self, other: "Scores") -> int:
        return len([1 for mine in self.values for theirs in other.values if mine > theirs])


def experiment():
    """Return the dictionary with your two answers."""
    small = Scores((111, 82, 116, 106, 59))
    ours = Scores((334, 460, 249, 212, 249))
    large = Scores((59, 74, 131, 153, 79))
    training_ours = Scores((98.2, 113.6, 135.8, 94.1, 98.6))
    training_large = Scores((88.3, 95.8, 144.2, 94.6, 56.8))
    return {
        "middles": tuple(scores.interquartile_mean() for scores in (small, ours, large)),
        "misled": (
            training_large.wins_against(training_ours),
            large.wins_against(ours),
            large.wins_against(small),
        ),
    }


# %% save
import os


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    state = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    unfinished = f"{path}.unfinished"
    torch.save(state, unfinished)
    os.replace(unfinished, path)  # all or nothing


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(path, weights_only=True)
    for module, key in (
        (agent.net, "model_state_dict"),
        (agent.optimizer, "optimizer_state_dict"),
    ):
        module.load_state_dict(state[key])
    for name in ("games", "mean_reward"):
        setattr(agent, name, state[name])
