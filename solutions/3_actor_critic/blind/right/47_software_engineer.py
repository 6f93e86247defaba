# writer: a software engineer: submodules, dataclasses, mixin, small helper classes, atomic files
# %% forward
class _Body(nn.Module):
    """The shared feature extractor."""

    def __init__(self, n_inputs: int, n_features: int):
        super().__init__()
        self.linear = nn.Linear(n_inputs, n_features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.linear(x))


class _ValueHead(nn.Linear):
    """A linear layer with a single output; the last dimension is dropped."""

    def __init__(self, n_features: int):
        super().__init__(n_features, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return super().forward(features).squeeze(-1)


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    N_OBSERVATIONS = 4

    def __init__(self, hidden_size: int = 128, n_actions: int = 2):
        super().__init__()
        self.body = _Body(self.N_OBSERVATIONS, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = _ValueHead(hidden_size)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.body(x)
        return self.policy(features).softmax(dim=-1), self.critic(features)

# %% act
class ActionChoice(NamedTuple):
    action: torch.Tensor
    log_prob: torch.Tensor
    value: torch.Tensor


def choose_action(net: ActorCriticNetwork, observation: np.ndarray) -> ActionChoice:
    """An action, its log-probability and the value for each row, (n,) each."""
    probabilities, value = net(torch.tensor(observation, dtype=torch.float32))
    distribution = Categorical(probabilities)
    action = distribution.sample()
    return ActionChoice(action=action, log_prob=distribution.log_prob(action), value=value)

# %% advantage
def advantage(returns: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """How much better each step went than the critic expected, (steps,); no gradient."""
    baseline = values.clone().detach()
    return torch.sub(returns, baseline)

# %% losses
class _PolicyGradientLoss(nn.Module):
    def forward(self, log_probs, advantages):
        return torch.mean(-advantages * log_probs)


def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    actor_criterion = _PolicyGradientLoss()
    critic_criterion = nn.HuberLoss(reduction="mean", delta=1.0)
    return actor_criterion(log_probs, advantages), critic_criterion(values, returns)

# %% first_agent
from dataclasses import dataclass, field


@dataclass
class EpisodeRecord:
    """Everything that one episode leaves behind."""

    log_probs: list = field(default_factory=list)
    values: list = field(default_factory=list)
    rewards: list = field(default_factory=list)

    def add_decision(self, log_prob, value):
        self.log_probs.append(log_prob)
        self.values.append(value)

    def add_reward(self, reward):
        self.rewards.append(reward)

    def stacked(self):
        return torch.cat(self.log_probs), torch.cat(self.values)


class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
        self.gamma = gamma
        self._record = EpisodeRecord()

    def start_episode(self, observation):
        self._record = EpisodeRecord()

    def act(self, observation, explore=True):
        if explore:
            return self._explore(observation)
        with torch.no_grad():
            return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)

    def _explore(self, observation):
        action, log_prob, value = choose_action(self.net, observation)
        self._record.add_decision(log_prob, value)
        return action.detach().numpy()

    @staticmethod
    def _is_over(transition) -> bool:
        return bool(transition.terminated[0]) or bool(transition.truncated[0])

    def train(self, transition):
        self._record.add_reward(float(transition.reward[0]))
        if self._is_over(transition):
            self._minimise(self._total_loss())

    def _total_loss(self):
        log_probs, values = self._record.stacked()
        returns = normalise(discounted_returns(self._record.rewards, self.gamma))
        advantages = advantage(returns, values)
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        return policy_loss + value_loss

    def _minimise(self, loss):
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class _OneStep:
    """Context: clear the gradients, let the caller compute them, then do one step."""

    def __init__(self, optimizer):
        self.optimizer = optimizer

    def __enter__(self):
        self.optimizer.zero_grad()
        return self

    def __exit__(self, kind, error, traceback):
        if kind is None:
            self.optimizer.step()
        return False


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
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
        self._remember(SavedAction(log_prob=log_probs, value=values))
        return actions.numpy()

    def _remember(self, saved: SavedAction) -> None:
        self.memory.append(saved)

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
        advantages = advantage(returns, values)
        with _OneStep(self.optimizer):
            torch.stack(losses(log_probs, advantages, values, returns)).sum().backward()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class AgentConfig:
    gamma: float = 0.99
    lr: float = 3e-2

    def build(self):
        return ACPolicy(**asdict(self))


def make_agent():
    """Return a new, untrained agent."""
    return AgentConfig().build()

# %% save
import os
import pathlib


class Checkpoint:
    """What is written, and where it lives in an agent."""

    def __init__(self, agent):
        self.agent = agent

    def as_dict(self):
        return {
            "games": self.agent.games,
            "model_state_dict": self.agent.net.state_dict(),
            "optimizer_state_dict": self.agent.optimizer.state_dict(),
            "mean_reward": self.agent.mean_reward,
        }

    def restore(self, content):
        self.agent.games = content["games"]
        self.agent.mean_reward = content["mean_reward"]
        self.agent.net.load_state_dict(content["model_state_dict"], strict=True)
        self.agent.optimizer.load_state_dict(content["optimizer_state_dict"])


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    target = pathlib.Path(path)
    temporary = target.with_name(target.name + ".tmp")
    torch.save(Checkpoint(agent).as_dict(), temporary)
    os.replace(temporary, target)  # never half a file


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    Checkpoint(agent).restore(torch.load(pathlib.Path(path), weights_only=True))
