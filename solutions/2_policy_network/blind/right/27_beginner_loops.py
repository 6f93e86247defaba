# writer: a beginner who writes every step as a loop and prints nothing
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.layer1 = nn.Linear(4, hidden_size)
        self.relu = nn.ReLU()
        self.policy_head = nn.Linear(hidden_size, n_actions)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.layer1(x)
        x = self.relu(x)
        x = self.policy_head(x)
        x = self.softmax(x)
        return x
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    actions = []
    log_probs = []
    for row in observation:
        x = torch.tensor(row, dtype=torch.float32)
        x = x.reshape(1, 4)
        probs = net(x)
        distribution = Categorical(probs[0])
        action = distribution.sample()
        actions.append(action)
        log_probs.append(distribution.log_prob(action))
    return torch.stack(actions), torch.stack(log_probs)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    result = []
    for t in range(len(rewards)):
        total = 0
        factor = 1
        for k in range(t, len(rewards)):
            total = total + factor * rewards[k]
            factor = factor * gamma
        result.append(float(total))
    return torch.tensor(result)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    n = len(returns)
    mean = 0.0
    for g in returns:
        mean = mean + g.item() / n
    variance = 0.0
    for g in returns:
        variance = variance + (g.item() - mean) ** 2 / n
    std = variance ** 0.5
    result = returns.clone()
    for i in range(n):
        result[i] = (returns[i] - mean) / (std + 1e-9)
    return result
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    loss = torch.zeros(1)
    for log_prob, value in zip(log_probs, returns):
        loss = loss - log_prob * value
    return loss
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.list_of_log_probs = []
        self.list_of_rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(self.net, observation)
        self.list_of_log_probs.append(log_probs)
        return np.array(actions)

    def train(self, transition):
        reward = float(transition.reward[0])
        self.list_of_rewards.append(reward)
        finished = False
        if transition.terminated[0]:
            finished = True
        if transition.truncated[0]:
            finished = True
        if finished == True:
            returns = discounted_returns(self.list_of_rewards, self.gamma)
            returns = normalise(returns)
            log_probs = torch.cat(self.list_of_log_probs)
            loss = policy_loss(log_probs, returns)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.list_of_log_probs = []
            self.list_of_rewards = []
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
        action_list = []
        for a in actions:
            action_list.append(int(a))
        return np.array(action_list)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = []
        for i in range(len(transition.terminated)):
            if transition.terminated[i] or transition.truncated[i]:
                ended.append(True)
            else:
                ended.append(False)
        ended = np.array(ended)
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
    my_agent = SimplePolicy(0.99, 0.03)
    return my_agent
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    d = {}
    d["games"] = agent.games
    d["model_state_dict"] = agent.net.state_dict()
    d["optimizer_state_dict"] = agent.optimizer.state_dict()
    d["mean_reward"] = agent.mean_reward
    torch.save(d, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    d = torch.load(path, weights_only=True)
    agent.games = d["games"]
    agent.net.load_state_dict(d["model_state_dict"])
    agent.optimizer.load_state_dict(d["optimizer_state_dict"])
    agent.mean_reward = d["mean_reward"]
