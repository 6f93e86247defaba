# writer: a careful person who asserts every shape

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        assert hidden_size > 0 and n_actions > 0
        self.layer = nn.Linear(in_features=4, out_features=hidden_size, bias=True)
        self.policy = nn.Linear(in_features=hidden_size, out_features=n_actions)
        self.critic = nn.Linear(in_features=hidden_size, out_features=1)

    def forward(self, x):
        assert x.ndim == 2 and x.shape[1] == 4, x.shape
        h = F.relu(self.layer(x))
        probs = F.softmax(self.policy(h), dim=1)
        value = self.critic(h).squeeze(1)
        assert probs.shape == (len(x), self.policy.out_features)
        assert torch.allclose(probs.sum(dim=1), torch.ones(len(x)), atol=1e-4)
        assert value.shape == (len(x),)
        return probs, value

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    n = observation.shape[0]
    assert observation.shape == (n, 4)
    probs, value = net(torch.tensor(observation).to(torch.float32))
    dist = Categorical(probs)
    action = dist.sample()
    log_prob = dist.log_prob(action)
    assert action.shape == log_prob.shape == value.shape == (n,)
    assert not action.is_floating_point()
    assert (log_prob <= 1e-6).all()
    return action, log_prob, value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    assert returns.shape == values.shape
    result = returns - values.detach()
    assert not result.requires_grad
    return result

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    assert log_probs.shape == advantages.shape == values.shape == returns.shape
    assert not advantages.requires_grad
    loss_fn = nn.SmoothL1Loss()
    policy_loss = (-advantages * log_probs).mean()
    value_loss = loss_fn(values, returns)
    assert policy_loss.ndim == value_loss.ndim == 0
    return policy_loss, value_loss

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
        action, log_prob, value = choose_action(self.net, observation)
        assert len(action) == len(observation)
        self.memory.append(SavedAction(log_prob, value))
        action = action.numpy()
        assert isinstance(action, np.ndarray)
        return action

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
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        loss = policy_loss + value_loss
        assert torch.isfinite(loss)
        self.optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None for p in self.net.parameters())
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = ACPolicy(gamma=0.99, lr=3e-2)
    assert agent.games == 0
    return agent

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    checkpoint = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    assert len(checkpoint) == 4
    torch.save(checkpoint, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    assert set(checkpoint) == {"games", "model_state_dict", "optimizer_state_dict", "mean_reward"}
    report = agent.net.load_state_dict(checkpoint["model_state_dict"])
    assert not report.missing_keys and not report.unexpected_keys
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
