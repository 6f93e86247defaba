# writer: a beginner who writes every step as a loop, losses of shape (1,)
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.fc1 = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        x = self.fc1(x)
        x = F.relu(x)
        probs = self.policy(x)
        probs = F.softmax(probs, dim=1)
        value = self.critic(x)
        value = value[:, 0]
        return probs, value
# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    x = torch.tensor(observation, dtype=torch.float32)
    probs, values = net(x)
    actions = []
    log_probs = []
    for i in range(len(observation)):
        m = Categorical(probs[i])
        action = m.sample()
        actions.append(action)
        log_probs.append(m.log_prob(action))
    return torch.stack(actions), torch.stack(log_probs), values
# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    result = []
    for i in range(len(returns)):
        result.append(returns[i].item() - values[i].item())
    return torch.tensor(result)
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = torch.zeros(1)
    value_loss = torch.zeros(1)
    for log_prob, adv, value, ret in zip(log_probs, advantages, values, returns):
        policy_loss = policy_loss - log_prob * adv
        error = value - ret
        if abs(error.item()) < 1:
            value_loss = value_loss + 0.5 * error ** 2
        else:
            value_loss = value_loss + abs(error) - 0.5
    policy_loss = policy_loss / len(log_probs)
    value_loss = value_loss / len(log_probs)
    return policy_loss, value_loss
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.my_log_probs = []
        self.my_values = []
        self.my_rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        actions, log_probs, values = choose_action(self.net, observation)
        self.my_log_probs.append(log_probs)
        self.my_values.append(values)
        return np.array(actions)

    def train(self, transition):
        self.my_rewards.append(float(transition.reward[0]))
        if transition.terminated[0] == True or transition.truncated[0] == True:
            returns = discounted_returns(self.my_rewards, self.gamma)
            returns = normalise(returns)
            log_probs = torch.cat(self.my_log_probs)
            values = torch.cat(self.my_values)
            advantages = advantage(returns, values)
            policy_loss, value_loss = losses(log_probs, advantages, values, returns)
            loss = policy_loss + value_loss
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.my_log_probs = []
            self.my_values = []
            self.my_rewards = []
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
        saved = SavedAction(log_probs, values)
        self.memory.append(saved)
        return np.array(actions)

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
    agent = ACPolicy(0.99, 0.03)
    return agent
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    dictionary = {}
    dictionary["games"] = agent.games
    dictionary["model_state_dict"] = agent.net.state_dict()
    dictionary["optimizer_state_dict"] = agent.optimizer.state_dict()
    dictionary["mean_reward"] = agent.mean_reward
    torch.save(dictionary, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    dictionary = torch.load(path, weights_only=True)
    agent.games = dictionary["games"]
    agent.net.load_state_dict(dictionary["model_state_dict"])
    agent.optimizer.load_state_dict(dictionary["optimizer_state_dict"])
    agent.mean_reward = dictionary["mean_reward"]
