# writer: rewrote the given agent with numpy bookkeeping of their own

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.features = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        phi = F.relu(self.features(x))
        return F.softmax(self.policy(phi), dim=-1), self.critic(phi).squeeze(-1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    dist = Categorical(probs)
    return (action := dist.sample()), dist.log_prob(action), value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return (returns - values).detach()

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return -(advantages * log_probs).mean(), F.smooth_l1_loss(values, returns)

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0
        self.mean_reward = None

    def start_episode(self, observation):
        self.memory = []
        self.episodes = []
        self.rewards = [[] for _ in observation]
        self.running = len(observation)

    def act(self, observation, explore=True):
        if explore:
            actions, log_probs, values = choose_action(self.net, observation)
            self.memory.append(SavedAction(log_probs, values))
            return actions.numpy()
        with torch.no_grad():
            probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
        return probs.argmax(dim=-1).numpy()

    def train(self, transition):
        self.episodes.append(np.asarray(transition.episode))
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        self.running -= np.count_nonzero(transition.terminated | transition.truncated)
        if not self.running:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        log_probs, values = (torch.cat(parts) for parts in zip(*self.memory))
        owner = np.concatenate(self.episodes)
        returns = np.empty(len(owner), np.float32)
        for episode, rewards in enumerate(self.rewards):
            returns[owner == episode] = discounted_returns(rewards, self.gamma).numpy()
        return log_probs, values, normalise(torch.from_numpy(returns))

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        loss = sum(losses(log_probs, advantage(returns, values), values, returns))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for score in map(sum, self.rewards):
            self.games += 1
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return ACPolicy(gamma=0.99, lr=3e-2)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(path, weights_only=True)
    agent.games = saved["games"]
    agent.net.load_state_dict(saved["model_state_dict"])
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
    agent.mean_reward = saved["mean_reward"]
