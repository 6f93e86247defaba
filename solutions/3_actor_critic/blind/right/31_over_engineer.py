# writer: a software architect: base classes, heads in a ModuleDict behind properties, named tuples, dataclass memory
# %% forward
from dataclasses import dataclass


class Output(NamedTuple):
    probs: torch.Tensor
    value: torch.Tensor


@dataclass(frozen=True)
class NetworkConfig:
    observation_size: int = 4
    hidden_size: int = 128
    n_actions: int = 2


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.config = NetworkConfig(hidden_size=hidden_size, n_actions=n_actions)
        self.trunk = nn.Sequential(
            nn.Linear(self.config.observation_size, self.config.hidden_size), nn.ReLU(inplace=True)
        )
        self.heads = nn.ModuleDict(
            {
                "policy": nn.Linear(self.config.hidden_size, self.config.n_actions),
                "critic": nn.Linear(self.config.hidden_size, 1),
            }
        )

    @property
    def policy(self):
        return self.heads["policy"]

    @property
    def critic(self):
        return self.heads["critic"]

    def forward(self, x):
        features = self.trunk(x)
        outputs = {name: head(features) for name, head in self.heads.items()}
        return Output(outputs["policy"].softmax(dim=-1), outputs["critic"].squeeze(dim=-1))
# %% act
class Decision(NamedTuple):
    action: torch.Tensor
    log_prob: torch.Tensor
    value: torch.Tensor


class Sampler:
    def __init__(self, net):
        self._net = net

    def __call__(self, observation):
        output = self._net(torch.as_tensor(observation).to(torch.float32))
        distribution = Categorical(probs=output[0])
        action = distribution.sample()
        return Decision(action=action, log_prob=distribution.log_prob(action), value=output[1])


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    return Sampler(net)(observation)
# %% advantage
@torch.no_grad()
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - values
# %% losses
class Losses(NamedTuple):
    policy: torch.Tensor
    critic: torch.Tensor


class ActorCriticLoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduce = getattr(torch, reduction)
        self.regression = nn.SmoothL1Loss(reduction=reduction)

    def forward(self, log_probs, advantages, values, returns):
        return Losses(
            policy=self.reduce(-advantages * log_probs), critic=self.regression(values, returns)
        )


def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return ActorCriticLoss(reduction="sum")(log_probs, advantages, values, returns)
# %% first_agent
from dataclasses import dataclass, field


@dataclass
class Trajectory:
    log_probs: list = field(default_factory=list)
    values: list = field(default_factory=list)
    rewards: list = field(default_factory=list)

    def tensors(self):
        return torch.cat(self.log_probs), torch.cat(self.values)


class LearnerMixin:
    """Template method: the subclass says what the losses are."""

    def learn(self):
        total = sum(self.episode_losses())
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        self.optimizer.step()


class FirstActorCritic(LearnerMixin, AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
        self.gamma = gamma

    def start_episode(self, observation):
        self.trajectory = Trajectory()

    def act(self, observation, explore=True):
        return self._explore(observation) if explore else self._exploit(observation)

    def _exploit(self, observation):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)

    def _explore(self, observation):
        action, log_prob, value = choose_action(self.net, observation)
        self.trajectory.log_probs.append(log_prob)
        self.trajectory.values.append(value)
        return action.numpy()

    def episode_losses(self):
        log_probs, values = self.trajectory.tensors()
        returns = normalise(discounted_returns(self.trajectory.rewards, self.gamma))
        return losses(log_probs, advantage(returns, values), values, returns)

    def train(self, transition):
        self.trajectory.rewards.append(transition.reward[0].item())
        if transition.terminated[0] or transition.truncated[0]:
            self.learn()
# %% update
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedAction:
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


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
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob=log_prob, value=value))
        return action.numpy()

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
        self._step(self._total_loss(log_probs, values, returns))

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
    def _total_loss(self, log_probs, values, returns):
        policy_loss, critic_loss = losses(log_probs, advantage(returns, values), values, returns)
        return policy_loss + critic_loss

    def _step(self, loss):
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
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

    def __call__(self):
        return self.kind(**asdict(self.hyperparameters))


make_agent = AgentFactory(ACPolicy, Hyperparameters())
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
