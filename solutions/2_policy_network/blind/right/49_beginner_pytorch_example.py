# writer: a beginner who follows PyTorch's reinforce.py example (temporary variables, prints, global helpers, numbers by hand)
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.affine1 = nn.Linear(4, hidden_size)
        self.relu = nn.ReLU()
        self.policy_head = nn.Linear(hidden_size, n_actions)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.affine1(x)
        x = self.relu(x)
        action_scores = self.policy_head(x)
        probabilities = self.softmax(action_scores)
        return probabilities


# %% act
def to_tensor(array):
    tensor = torch.tensor(array)
    tensor = tensor.float()
    return tensor


def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    state = to_tensor(observation)
    probs = net(state)
    m = Categorical(probs)
    action = m.sample()
    log_prob = m.log_prob(action)
    return action, log_prob


# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    R = 0.0
    returns = []
    for r in rewards[::-1]:
        R = r + gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns, dtype=torch.float)
    return returns


# %% normalise
eps = np.finfo(np.float32).eps.item()


def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    mean = torch.mean(returns)
    shifted = returns - mean
    squares = shifted * shifted
    variance = torch.mean(squares)
    std = torch.sqrt(variance)
    result = shifted / (std + eps)
    return result


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    products = log_probs * returns
    total = products.sum()
    loss = total * (-1)
    return loss


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.saved_log_probs = []
        self.saved_rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.saved_log_probs.append(log_prob)
        number = action.item()
        return np.array([number])

    def train(self, transition):
        reward = float(transition.reward[0])
        self.saved_rewards.append(reward)
        over = False
        if transition.terminated[0]:
            over = True
        if transition.truncated[0]:
            over = True
        if over == True:
            returns = discounted_returns(self.saved_rewards, self.gamma)
            returns = normalise(returns)
            log_probs = torch.cat(self.saved_log_probs)
            self.optimizer.zero_grad()
            loss = policy_loss(log_probs, returns)
            loss.backward()
            self.optimizer.step()
            if len(self.saved_rewards) == 500:
                print("Wow, 500 steps!")


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
        result = choose_action(self.net, observation)
        actions = result[0]
        log_probs = result[1]
        self.memory.append(log_probs)
        actions = actions.tolist()
        return np.array(actions)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        how_many = len(transition.terminated)
        ended = np.zeros(how_many, dtype=bool)
        for i in range(how_many):
            if transition.terminated[i] or transition.truncated[i]:
                ended[i] = True
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
        print("batch", self.games, "loss", loss.item())
        for parameter in self.net.parameters():
            parameter.grad = None
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
my_gamma = 0.99
my_learning_rate = 0.03


def make_agent():
    """Return a new, untrained agent."""
    new_agent = SimplePolicy()
    new_agent.gamma = my_gamma
    for group in new_agent.optimizer.param_groups:
        group["lr"] = my_learning_rate
    return new_agent


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    # 82 + 106 + 111 = 299, 249 + 249 + 334 = 832, 74 + 79 + 131 = 284
    answer = {}
    answer["middles"] = [99.67, 277.33, 94.67]
    # training: 0 + 1 + 5 + 1 + 0
    # greedy against 0.003: 0 + 1 + 5 + 5 + 1
    answer["misled"] = [7, 0, 12]
    return answer


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    dictionary = {}
    dictionary["games"] = agent.games
    dictionary["model_state_dict"] = agent.net.state_dict()
    dictionary["optimizer_state_dict"] = agent.optimizer.state_dict()
    dictionary["mean_reward"] = agent.mean_reward
    with open(path, "wb") as file:
        torch.save(dictionary, file)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        dictionary = torch.load(file, weights_only=True)
    print("games played so far:", dictionary["games"])
    agent.games = dictionary["games"]
    agent.net.load_state_dict(dictionary["model_state_dict"])
    agent.optimizer.load_state_dict(dictionary["optimizer_state_dict"])
    agent.mean_reward = dictionary["mean_reward"]
