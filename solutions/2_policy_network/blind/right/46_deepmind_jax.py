# writer: somebody from a DeepMind/Acme/JAX codebase (own Linear with (in, out) weight, pure functions, scan, Gumbel-max, autograd.grad)
# %% forward
class Linear(nn.Module):
    """y = x w + b, as in Haiku: the weight has the shape (in, out)."""

    def __init__(self, in_size, out_size):
        super().__init__()
        stddev = 1.0 / np.sqrt(in_size)
        w = torch.empty(in_size, out_size)
        nn.init.trunc_normal_(w, std=stddev, a=-2 * stddev, b=2 * stddev)
        self.weight = nn.Parameter(w)
        self.bias = nn.Parameter(torch.zeros(out_size))

    def forward(self, x):
        return x @ self.weight + self.bias


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.torso = Linear(4, hidden_size)
        self.policy_head = Linear(hidden_size, n_actions)

    def forward(self, x):
        return torch.exp(torch.log_softmax(self.policy_head(self.torso(x).relu()), dim=-1))


# %% act
def _gumbel_like(x):
    return -torch.empty_like(x).exponential_().log()


def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    log_pi = net(torch.as_tensor(observation, dtype=torch.float32)).log()
    actions = torch.argmax(log_pi.detach() + _gumbel_like(log_pi.detach()), dim=-1)
    log_prob_a = torch.take_along_dim(log_pi, actions[:, None], dim=-1)[:, 0]
    return actions, log_prob_a


# %% returns
def _scan(f, init, xs, reverse=False):
    carry, ys = init, []
    for x in reversed(xs) if reverse else xs:
        carry, y = f(carry, x)
        ys.append(y)
    return carry, ys[::-1] if reverse else ys


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""

    def body(g_tp1, r_t):
        g_t = r_t + gamma * g_tp1
        return g_t, g_t

    _, g = _scan(body, 0.0, rewards, reverse=True)
    return torch.as_tensor(np.asarray(g, dtype=np.float32))


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    std, mean = torch.std_mean(returns, correction=0)
    return (returns - mean) / torch.clamp(std, min=1e-8)


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    adv_t = returns.detach()  # stop_gradient
    return torch.mean(-log_probs * adv_t)


# %% first_agent
def _apply_gradients(params, optimizer, loss):
    params = list(params)
    grads = torch.autograd.grad(loss, params)
    for p, g in zip(params, grads):
        p.grad = g
    optimizer.step()
    for p in params:
        p.grad = None


class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self._log_pi_a, self._r_t = [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        a_t, log_pi_a_t = choose_action(self.net, observation)
        self._log_pi_a.append(log_pi_a_t)
        return np.asarray(a_t)

    def train(self, transition):
        self._r_t.append(transition.reward[0].item())
        last = transition.terminated[0] | transition.truncated[0]
        if last:
            g_t = normalise(discounted_returns(self._r_t, self.gamma))
            loss = policy_loss(torch.concatenate(self._log_pi_a), g_t)
            _apply_gradients(self.net.parameters(), self.optimizer, loss)


# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
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
        a_t, log_pi_a_t = choose_action(self.net, observation)
        self.memory.append(log_pi_a_t)
        return np.asarray(a_t)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
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
        params = list(self.net.parameters())
        grads = torch.autograd.grad(policy_loss(log_probs, returns), params, allow_unused=True)
        for p, g in zip(params, grads):
            p.grad = g
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
from typing import NamedTuple


class HParams(NamedTuple):
    discount: float = 0.99
    learning_rate: float = 2e-2


def make_agent():
    """Return a new, untrained agent."""
    hps = HParams()
    return SimplePolicy(hps.discount, hps.learning_rate)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    greedy = torch.tensor(
        [[111, 82, 116, 106, 59], [334, 460, 249, 212, 249], [59, 74, 131, 153, 79]],
        dtype=torch.float64,
    )
    train_mid = torch.tensor([98.2, 113.6, 135.8, 94.1, 98.6], dtype=torch.float64)
    train_big = torch.tensor([88.3, 95.8, 144.2, 94.6, 56.8], dtype=torch.float64)
    wins = lambda a, b: int((a[:, None] > b[None, :]).sum())
    return {
        "middles": greedy.sort(dim=1).values[:, 1:4].mean(dim=1).tolist(),
        "misled": [
            wins(train_big, train_mid),
            wins(greedy[2], greedy[1]),
            wins(greedy[2], greedy[0]),
        ],
    }


# %% save
def _to_host(tree):
    """A copy of a tree of dictionaries, lists and tensors."""
    if isinstance(tree, torch.Tensor):
        return tree.detach().cpu().clone()
    if isinstance(tree, dict):
        return {key: _to_host(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(_to_host(value) for value in tree)
    return tree


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    tree = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(_to_host(tree), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    tree = torch.load(path, weights_only=True)
    agent.net.load_state_dict(tree["model_state_dict"])
    agent.optimizer.load_state_dict(tree["optimizer_state_dict"])
    agent.games = tree["games"]
    agent.mean_reward = tree["mean_reward"]
