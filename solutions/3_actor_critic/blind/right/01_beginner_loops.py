# writer: a beginner who writes loops and names every step

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.first = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        hidden = self.first(x)
        hidden = torch.relu(hidden)
        scores = self.policy(hidden)
        probabilities = torch.softmax(scores, dim=1)
        value = self.critic(hidden)
        value = value[:, 0]
        return probabilities, value

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.tensor(observation, dtype=torch.float32)
    probs, values = net(observation)
    actions = []
    log_probs = []
    for row in probs:
        dist = Categorical(row)
        a = dist.sample()
        actions.append(a)
        log_probs.append(dist.log_prob(a))
    return torch.stack(actions), torch.stack(log_probs), values

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    fixed_values = values.detach()
    result = []
    for g, v in zip(returns, fixed_values):
        result.append(g - v)
    return torch.stack(result)

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    steps = len(log_probs)
    policy_loss = 0
    value_loss = 0
    for t in range(steps):
        policy_loss = policy_loss - advantages[t] * log_probs[t]
        error = abs(values[t] - returns[t])
        if error < 1:
            value_loss = value_loss + error**2 / 2
        else:
            value_loss = value_loss + error - 1 / 2
    return policy_loss / steps, value_loss / steps

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
        remember = SavedAction(log_probs, values)
        self.memory.append(remember)
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
        advantages = advantage(returns, values)
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        loss = policy_loss + value_loss
        self.optimizer.zero_grad()
        loss.backward()
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
    return agent

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    data = {}
    data["games"] = agent.games
    data["model_state_dict"] = agent.net.state_dict()
    data["optimizer_state_dict"] = agent.optimizer.state_dict()
    data["mean_reward"] = agent.mean_reward
    torch.save(data, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    data = torch.load(path, weights_only=True)
    agent.games = data["games"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
    agent.mean_reward = data["mean_reward"]
