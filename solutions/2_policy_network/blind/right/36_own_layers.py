# writer: mathematician who builds her own affine layer, einsum and matrices; class objects as functions
# %% forward
import math


class Affine(nn.Module):
    """x W + b, with W of shape (inputs, outputs)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return torch.einsum("bi,io->bo", x, self.weight) + self.bias


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.W1 = Affine(4, hidden_size)
        self.policy_head = Affine(hidden_size, n_actions)

    def forward(self, x):
        logits = self.policy_head(self.W1(x).clamp(min=0))
        powers = torch.exp(logits - logits.amax(dim=1, keepdim=True))
        return powers / powers.sum(dim=1, keepdim=True)
# %% act
class _Chooser:
    def __call__(self, net, observation):
        """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
        states = torch.tensor(np.array(observation, dtype=np.float32))
        pi = Categorical(net(states), validate_args=False)
        a = pi.sample((1,))[0]
        return [a, pi.log_prob(a)]


choose_action = _Chooser()
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step: solve (I - gamma * shift) G = r."""
    n = len(rewards)
    if n == 0:
        return torch.empty(0)
    r = torch.tensor(rewards, dtype=torch.float64)
    system = torch.eye(n, dtype=torch.float64) - gamma * torch.diag(torch.ones(n - 1, dtype=torch.float64), 1)
    return torch.linalg.solve_triangular(system, r[:, None], upper=True)[:, 0]
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    variance, mean = torch.var_mean(returns, correction=0)
    return (returns - mean) * torch.rsqrt(variance + 1e-16)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -torch.einsum("t,t->", log_probs, returns.to(log_probs.dtype)) / log_probs.numel()
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.ell, self.r = [], []

    def act(self, observation, explore=True):
        if explore:
            a, ell = choose_action(self.net, observation)
            self.ell.append(ell)
            return a.detach().cpu().numpy().astype(np.int32)
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)

    def train(self, transition):
        self.r.append(transition.reward.item())
        if not (transition.terminated | transition.truncated).any():
            return
        G = normalise(discounted_returns(self.r, self.gamma))
        self.optimizer.zero_grad(set_to_none=False)
        policy_loss(torch.hstack(self.ell), G).backward()
        self.optimizer.step()
        self.ell, self.r = [], []
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0
        self.mean_reward = None

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
        a, ell = choose_action(self.net, observation)
        self.memory.append(ell)
        return a.numpy().astype(np.int32)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        # de Morgan
        ended = ~(~transition.terminated & ~transition.truncated)
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
        loss = policy_loss(log_probs, returns)
        self.net.zero_grad()
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent(gamma=0.99, lr=0.02):
    """Return a new, untrained agent."""
    return SimplePolicy(gamma, lr)
# %% save
import io
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    buffer = io.BytesIO()
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        buffer,
    )
    Path(path).write_bytes(buffer.getvalue())


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(io.BytesIO(Path(path).read_bytes()), weights_only=True)
    agent.net.load_state_dict(saved["model_state_dict"])
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
    agent.games, agent.mean_reward = saved["games"], saved["mean_reward"]
