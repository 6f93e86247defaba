# writer: a software engineer with type hints, dataclasses and small helpers

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    hidden: nn.Linear
    policy: nn.Linear
    critic: nn.Linear

    def __init__(self, hidden_size: int = 128, n_actions: int = 2) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.hidden(x))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.features(x)
        return F.softmax(self.policy(h), dim=-1), self.critic(h).squeeze(dim=-1)

# %% act
from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    probs: torch.Tensor
    values: torch.Tensor

    def draw(self) -> tuple[torch.Tensor, torch.Tensor]:
        actions = torch.multinomial(self.probs.detach(), num_samples=1)
        return actions.squeeze(-1), torch.log(self.probs.gather(-1, actions)).squeeze(-1)


def choose_action(net: nn.Module, observation: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """An action, its log-probability and the value for each row, (n,) each."""
    decision = Decision(*net(torch.as_tensor(observation, dtype=torch.float32)))
    actions, log_probs = decision.draw()
    return actions, log_probs, decision.values

# %% advantage
def advantage(returns: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """How much better each step went than the critic expected, (steps,); no gradient."""
    if returns.shape != values.shape:
        raise ValueError(f"{returns.shape} != {values.shape}")
    return (returns - values).detach()

# %% losses
class Losses(NamedTuple):
    policy: torch.Tensor
    critic: torch.Tensor


def losses(
    log_probs: torch.Tensor, advantages: torch.Tensor, values: torch.Tensor, returns: torch.Tensor
) -> Losses:
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return Losses(
        policy=torch.neg(torch.mean(torch.mul(advantages, log_probs))),
        critic=F.smooth_l1_loss(input=values, target=returns, reduction="mean", beta=1.0),
    )

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probs.argmax(dim=-1).numpy()  # (n,)
        actions, log_probs, values = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob=log_probs, value=values))
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated  # (n,)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma)
        return log_probs, values, normalise(returns)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        both = losses(
            log_probs=log_probs,
            advantages=advantage(returns=returns, values=values),
            values=values,
            returns=returns,
        )
        self.optimizer.zero_grad(set_to_none=True)
        torch.add(both.policy, both.critic).backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent() -> ACPolicy:
    """Return a new, untrained agent."""
    return ACPolicy(gamma=0.99, lr=3e-2)

# %% save
from pathlib import Path
from typing import Any


def save_agent(agent: ACPolicy, path: str | Path) -> None:
    """Write everything that the agent needs to continue into a file."""
    checkpoint: dict[str, Any] = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    with open(path, "wb") as file:
        torch.save(checkpoint, file)


def load_agent(agent: ACPolicy, path: str | Path) -> None:
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        checkpoint: dict[str, Any] = torch.load(file, weights_only=True)
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
