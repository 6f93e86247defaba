# writer: the typical over-careful answer of an AI assistant (asserts, conversions, docstrings, device handling, guards)
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions).

    Args:
        hidden_size: Number of units of the hidden layer.
        n_actions: Number of discrete actions.
    """

    def __init__(self, hidden_size: int = 32, n_actions: int = 2):
        super().__init__()
        assert hidden_size > 0 and n_actions > 0, "sizes must be positive"
        self.hidden_size = int(hidden_size)
        self.n_actions = int(n_actions)

        self.fc1 = nn.Linear(in_features=4, out_features=self.hidden_size, bias=True)
        self.policy_head = nn.Linear(self.hidden_size, self.n_actions, bias=True)
        self._init_weights()

    def _init_weights(self) -> None:
        nn.init.kaiming_uniform_(self.fc1.weight, nonlinearity="relu")
        nn.init.zeros_(self.fc1.bias)
        nn.init.xavier_uniform_(self.policy_head.weight)
        nn.init.zeros_(self.policy_head.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Make sure that the input lives where the weights do.
        x = x.to(device=self.fc1.weight.device, dtype=self.fc1.weight.dtype)
        hidden = F.relu(self.fc1(x))
        logits = self.policy_head(hidden)
        return F.softmax(logits, dim=-1)


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each.

    Args:
        net: A ``PolicyNetwork``.
        observation: Array of shape ``(n, 4)``.

    Returns:
        A tuple ``(actions, log_probs)``. The log-probabilities are connected to the network.
    """
    device = next(net.parameters()).device
    obs = torch.as_tensor(np.asarray(observation), dtype=torch.float32, device=device)
    assert obs.ndim == 2, f"expected a batch of observations, got shape {tuple(obs.shape)}"

    probs = net(obs)
    dist = Categorical(probs=probs)
    actions = dist.sample()
    log_probs = dist.log_prob(actions)

    assert actions.shape == log_probs.shape == (obs.shape[0],)
    return actions, log_probs


# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    n = len(rewards)
    returns = torch.zeros(n, dtype=torch.float32)
    running_return = 0.0
    for t in range(n - 1, -1, -1):
        running_return = float(rewards[t]) + float(gamma) * running_return
        returns[t] = running_return
    return returns


# %% normalise
def normalise(returns, eps: float = 1e-8):
    """Returns with mean 0 and standard deviation 1, same shape."""
    returns = torch.as_tensor(returns, dtype=torch.float32)
    if returns.numel() == 0:
        return returns.clone()
    centred = returns - returns.mean()
    if returns.numel() == 1:
        return centred  # a single return has no spread
    return centred / (returns.std(unbiased=False) + eps)


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    assert log_probs.shape == returns.shape, "one return for each log-probability"
    # The returns are constants: no gradient flows through them.
    returns = returns.detach().to(device=log_probs.device, dtype=log_probs.dtype)
    return -(log_probs * returns).sum()


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.device = torch.device("cpu")
        self.net = PolicyNetwork().to(self.device)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = float(gamma)
        self.log_probs = []
        self.rewards = []

    def start_episode(self, observation):
        self.log_probs.clear()
        self.rewards.clear()

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(
                    np.asarray(observation), dtype=torch.float32, device=self.device
                )
                return self.net(observation).argmax(dim=-1).cpu().numpy()  # (n,)
        actions, log_probs = choose_action(self.net, observation)
        self.log_probs.append(log_probs.reshape(-1))
        return actions.detach().cpu().numpy().astype(np.int64).reshape(-1)

    def train(self, transition):
        self.rewards.append(float(np.asarray(transition.reward).item()))

        terminated = bool(np.asarray(transition.terminated).item())
        truncated = bool(np.asarray(transition.truncated).item())
        if not (terminated or truncated):
            return

        assert len(self.log_probs) == len(self.rewards)
        returns = discounted_returns(list(self.rewards), gamma=self.gamma)
        returns = normalise(returns).to(self.device)
        log_probs = torch.cat(list(self.log_probs), dim=0)
        loss = policy_loss(log_probs, returns)

        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

        # Free the graph of this episode.
        self.log_probs.clear()
        self.rewards.clear()


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
        actions, log_probs = choose_action(self.net, observation)
        self.memory.append(log_probs)
        return actions.detach().cpu().numpy().astype(np.int64)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        terminated = np.asarray(transition.terminated, dtype=bool)
        truncated = np.asarray(transition.truncated, dtype=bool)
        ended = np.logical_or(terminated, truncated)
        self.running -= int(ended.sum())
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
        """Do one optimizer step and return the value of the loss."""
        if log_probs.numel() == 0:
            return 0.0
        self.net.train()
        loss = policy_loss(log_probs, returns)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach().item())

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = SimplePolicy(gamma=0.99, lr=3e-2)
    agent.net.train()
    assert agent.games == 0 and agent.mean_reward is None
    return agent


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    greedy = {
        0.003: [111, 82, 116, 106, 59],
        0.03: [334, 460, 249, 212, 249],
        0.3: [59, 74, 131, 153, 79],
    }
    training = {
        0.003: [35.9, 33.8, 36.0, 38.4, 36.2],
        0.03: [98.2, 113.6, 135.8, 94.1, 98.6],
        0.3: [88.3, 95.8, 144.2, 94.6, 56.8],
    }

    def interquartile_mean(scores) -> float:
        """The mean without the lowest and the highest quarter, rounded down."""
        ordered = sorted(float(score) for score in scores)
        cut = int(0.25 * len(ordered))
        return float(np.mean(ordered[cut : len(ordered) - cut]))

    def count_wins(candidate, opponent) -> int:
        """In how many pairs the candidate has the strictly higher score."""
        return int(sum(a > b for a in candidate for b in opponent))

    return {
        "middles": [interquartile_mean(greedy[rate]) for rate in (0.003, 0.03, 0.3)],
        "misled": [
            count_wins(training[0.3], training[0.03]),
            count_wins(greedy[0.3], greedy[0.03]),
            count_wins(greedy[0.3], greedy[0.003]),
        ],
    }


# %% save
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    mean_reward = None if agent.mean_reward is None else float(agent.mean_reward)
    checkpoint = {
        "games": int(agent.games),
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": mean_reward,
    }
    torch.save(checkpoint, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    device = next(agent.net.parameters()).device
    checkpoint = torch.load(path, map_location=device, weights_only=True)

    missing = {"games", "model_state_dict", "optimizer_state_dict", "mean_reward"} - set(checkpoint)
    if missing:
        raise KeyError(f"the file lacks {sorted(missing)}")

    agent.net.load_state_dict(checkpoint["model_state_dict"], strict=True)
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = int(checkpoint["games"])
    mean_reward = checkpoint["mean_reward"]
    agent.mean_reward = None if mean_reward is None else float(mean_reward)
    agent.net.train()
