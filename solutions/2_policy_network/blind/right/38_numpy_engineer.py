# writer: numpy engineer, convolution, preallocation, logging, type hints
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size: int = 32, n_actions: int = 2) -> None:
        super().__init__()
        self.fc1, self.policy_head = self._layers(4, hidden_size, n_actions)
        self.activation = nn.ReLU(inplace=True)
        self.to_probabilities = nn.Softmax(dim=-1)

    @staticmethod
    def _layers(*sizes: int):
        return [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.as_tensor(x, dtype=self.fc1.weight.dtype)
        return self.to_probabilities(self.policy_head(self.activation(self.fc1(x))))
# %% act
def choose_action(net: nn.Module, observation: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    tensor = torch.from_numpy(np.ascontiguousarray(observation, dtype=np.float32))
    probs = net(tensor)
    distribution = Categorical(probs)
    action = distribution.sample()
    log_prob = distribution.logits[torch.arange(len(action)), action]
    assert action.shape == log_prob.shape == (len(observation),)
    return action, log_prob
# %% returns
def discounted_returns(rewards, gamma: float = 0.99) -> torch.Tensor:
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    n = len(rewards)
    if not n:
        return torch.zeros(0)
    powers = np.power(float(gamma), np.arange(n))
    backwards = np.convolve(np.asarray(rewards, dtype=float)[::-1], powers)[:n]
    return torch.from_numpy(backwards[::-1].copy())
# %% normalise
def normalise(returns: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    """Returns with mean 0 and standard deviation 1, same shape."""
    values = returns.detach().cpu().numpy().astype(np.float64)
    spread = values.std()
    result = (values - values.mean()) / (spread if spread > eps else 1.0)
    return torch.from_numpy(np.asarray(result)).to(returns.dtype)
# %% loss
def policy_loss(log_probs: torch.Tensor, returns: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
    """The loss of REINFORCE, a tensor with a single number."""
    per_step = torch.mul(log_probs, returns).neg()
    return {"mean": torch.mean, "sum": torch.sum}[reduction](per_step)
# %% first_agent
import logging

log = logging.getLogger(__name__)


class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, amsgrad=True)
        self.gamma = gamma
        self.losses_seen = []

    def start_episode(self, observation):
        self.memory = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return np.array(action.tolist())

    def train(self, transition):
        self.rewards.append(float(np.sum(transition.reward)))
        ended = np.asarray(transition.terminated) + np.asarray(transition.truncated)
        if ended[0]:
            self._learn()

    def _learn(self):
        returns = normalise(discounted_returns(self.rewards, gamma=self.gamma))
        loss = policy_loss(torch.cat(self.memory, dim=0), returns)
        self.optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), 100.0)
        self.optimizer.step()
        self.losses_seen.append(loss.item())
        log.debug("loss %s, norm %s", loss.item(), norm)
# %% update
import logging


class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    log = logging.getLogger("SimplePolicy")
    games = 0
    mean_reward = None

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, amsgrad=True)
        self.gamma = gamma

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []
        self.episodes = []
        self.rewards = [[] for _ in range(n)]
        self.running = n

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return np.array(action.tolist())

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = (transition.terminated.astype(int) + transition.truncated.astype(int)) > 0
        self.running -= np.count_nonzero(ended)
        if not self.running:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = np.concatenate(self.episodes)
        returns = torch.zeros(len(log_probs))
        # a stable sort brings the steps of each episode together, in their order
        order = torch.as_tensor(np.argsort(episodes, kind="stable"))
        returns[order] = torch.cat(
            [discounted_returns(rewards, self.gamma).float() for rewards in self.rewards]
        )
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        self.optimizer.zero_grad()
        loss = policy_loss(log_probs, returns)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), max_norm=10.0)
        self.optimizer.step()
        self.log.info("game %d: loss %.3f", self.games, loss.item())
        return loss.item()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
HYPERPARAMETERS = {"gamma": 0.99, "lr": 0.025}


def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(**HYPERPARAMETERS)
# %% save
import os
import tempfile


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file, all or nothing."""
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(
                {
                    "mean_reward": agent.mean_reward,
                    "optimizer_state_dict": agent.optimizer.state_dict(),
                    "model_state_dict": agent.net.state_dict(),
                    "games": agent.games,
                },
                file,
            )
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        saved = torch.load(file, map_location="cpu", weights_only=True)
    agent.net.load_state_dict(saved.pop("model_state_dict"), strict=True)
    agent.optimizer.load_state_dict(saved.pop("optimizer_state_dict"))
    for name, value in saved.items():
        setattr(agent, name, value)
    return agent
