# writer: an AI assistant's over-careful answer (asserts, conversions, docstrings, devices)
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,).

    Args:
        hidden_size: number of units of the shared hidden layer.
        n_actions: number of discrete actions.
    """

    def __init__(self, hidden_size: int = 128, n_actions: int = 2) -> None:
        super().__init__()
        self.hidden_size = int(hidden_size)
        self.n_actions = int(n_actions)

        # Shared representation
        self.shared = nn.Linear(in_features=4, out_features=self.hidden_size)
        # Actor head: logits of the policy
        self.policy = nn.Linear(in_features=self.hidden_size, out_features=self.n_actions)
        # Critic head: scalar state value
        self.critic = nn.Linear(in_features=self.hidden_size, out_features=1)

        self._init_weights()

    def _init_weights(self) -> None:
        """Kaiming initialisation for the ReLU layer, small weights for the heads."""
        nn.init.kaiming_uniform_(self.shared.weight, nonlinearity="relu")
        nn.init.zeros_(self.shared.bias)
        for head in (self.policy, self.critic):
            nn.init.normal_(head.weight, mean=0.0, std=0.01)
            nn.init.zeros_(head.bias)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # Make sure that dtype and device agree with those of the parameters
        reference = self.shared.weight
        x = torch.as_tensor(x, dtype=reference.dtype, device=reference.device)
        assert x.dim() == 2, f"expected (batch, 4), got {tuple(x.shape)}"

        features = F.relu(self.shared(x))
        probabilities = F.softmax(self.policy(features), dim=-1)
        values = self.critic(features).squeeze(-1)

        assert probabilities.shape == (x.shape[0], self.n_actions)
        assert values.shape == (x.shape[0],)
        return probabilities, values

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each.

    The log-probabilities and the values stay connected to the network.
    """
    device = next(net.parameters()).device
    observation_tensor = torch.as_tensor(
        np.ascontiguousarray(observation), dtype=torch.float32, device=device
    )
    n = observation_tensor.shape[0]

    probabilities, values = net(observation_tensor)
    # Sample without tracking gradients: sampling is not differentiable anyway
    with torch.no_grad():
        actions = torch.multinomial(probabilities, num_samples=1).squeeze(-1)

    selected = probabilities.gather(1, actions.unsqueeze(-1)).squeeze(-1)
    # Guard against log(0)
    log_probabilities = torch.log(selected.clamp_min(1e-12))

    assert actions.shape == log_probabilities.shape == values.shape == (n,)
    return actions, log_probabilities, values

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    returns = torch.as_tensor(returns)
    values = torch.as_tensor(values)
    if returns.shape != values.shape:
        raise ValueError(f"shapes differ: {tuple(returns.shape)} and {tuple(values.shape)}")
    with torch.no_grad():
        result = returns.to(values.dtype) - values
    assert not result.requires_grad
    return result

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    assert log_probs.shape == advantages.shape == values.shape == returns.shape

    # Neither the advantages nor the returns are something to differentiate
    advantages = advantages.detach()
    returns = returns.detach()

    policy_loss = -(log_probs * advantages).mean()
    value_loss = F.smooth_l1_loss(input=values, target=returns, reduction="mean", beta=1.0)

    assert policy_loss.ndim == 0 and value_loss.ndim == 0
    return policy_loss, value_loss

# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma: float = 0.99, lr: float = 5e-3) -> None:
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = float(gamma)
        # Filled in start_episode; defined here so that the attributes always exist
        self.log_probs: list[torch.Tensor] = []
        self.values: list[torch.Tensor] = []
        self.rewards: list[float] = []

    def start_episode(self, observation) -> None:
        """Forget the last episode."""
        self.log_probs.clear()
        self.values.clear()
        self.rewards.clear()

    def act(self, observation, explore: bool = True) -> np.ndarray:
        if not explore:
            with torch.no_grad():
                probabilities, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probabilities.argmax(dim=-1).cpu().numpy()  # (n,)

        self.net.train()
        actions, log_probs, values = choose_action(self.net, observation)
        self.log_probs.append(log_probs)
        self.values.append(values)
        return actions.detach().cpu().numpy()

    def train(self, transition) -> None:
        reward = float(np.asarray(transition.reward).reshape(-1)[0])
        self.rewards.append(reward)

        terminated = bool(np.asarray(transition.terminated).reshape(-1)[0])
        truncated = bool(np.asarray(transition.truncated).reshape(-1)[0])
        if not (terminated or truncated):
            return

        returns = normalise(discounted_returns(list(self.rewards), self.gamma))
        log_probs = torch.cat(self.log_probs, dim=0)
        values = torch.cat(self.values, dim=0)
        assert len(returns) == len(log_probs) == len(values)

        advantages = advantage(returns, values)
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        total_loss = policy_loss + value_loss

        self.optimizer.zero_grad(set_to_none=True)
        total_loss.backward()
        self.optimizer.step()

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        if not 0.0 <= gamma <= 1.0:
            raise ValueError("gamma must lie between 0 and 1")
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
                return probs.argmax(dim=-1).cpu().numpy()  # (n,)
        actions, log_probs, values = choose_action(self.net, observation)
        # Keep the graph: the losses need it later
        self.memory.append(SavedAction(log_prob=log_probs, value=values))
        return actions.detach().cpu().numpy().astype(np.int64)

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
        assert log_probs.ndim == 1
        returns = returns.to(dtype=values.dtype, device=values.device)

        # 1. Advantages (no gradient)
        advantages = advantage(returns, values)

        # 2. Losses
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        total_loss = policy_loss + value_loss

        # 3. One optimizer step for both heads and the shared layer
        self.optimizer.zero_grad(set_to_none=True)
        total_loss.backward()
        self.optimizer.step()

        return float(total_loss.item())

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent() -> ACPolicy:
    """Return a new, untrained agent."""
    gamma: float = 0.99
    learning_rate: float = 3e-2
    agent = ACPolicy(gamma=gamma, lr=learning_rate)
    assert agent.games == 0 and agent.mean_reward is None
    return agent

# %% save
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = {
        "games": int(agent.games),
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        # Before the first episode the average is None
        "mean_reward": None if agent.mean_reward is None else float(agent.mean_reward),
    }
    torch.save(checkpoint, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    device = next(agent.net.parameters()).device
    checkpoint = torch.load(Path(path), map_location=device, weights_only=True)

    expected = {"games", "model_state_dict", "optimizer_state_dict", "mean_reward"}
    missing = expected - checkpoint.keys()
    if missing:
        raise KeyError(f"checkpoint lacks {sorted(missing)}")

    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = int(checkpoint["games"])
    mean_reward = checkpoint["mean_reward"]
    agent.mean_reward = None if mean_reward is None else float(mean_reward)
    agent.net.train()
