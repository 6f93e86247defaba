# writer: writes as CleanRL / PPO papers do: orthogonal init, logits method, clipping, maximises the objective
# %% forward
def layer_init(layer, std=np.sqrt(2), bias_const=0.0):
    torch.nn.init.orthogonal_(layer.weight, std)
    torch.nn.init.constant_(layer.bias, bias_const)
    return layer


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.fc1 = layer_init(nn.Linear(4, hidden_size))
        self.policy_head = layer_init(nn.Linear(hidden_size, n_actions), std=0.01)

    def logits(self, x):
        return self.policy_head(F.relu(self.fc1(x)))

    def forward(self, x):
        return Categorical(logits=self.logits(x)).probs
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    # the logits of my network: more accurate than the logarithm of the probabilities
    dist = Categorical(logits=net.logits(torch.Tensor(observation)))
    action = dist.sample()
    return action, dist.log_prob(action)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    num_steps = len(rewards)
    rewards = torch.tensor(rewards, dtype=torch.float32)
    returns = torch.zeros_like(rewards)
    for t in reversed(range(num_steps)):
        nextreturn = 0.0 if t == num_steps - 1 else returns[t + 1]
        returns[t] = rewards[t] + gamma * nextreturn
    return returns
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    if returns.numel() == 1:
        return torch.zeros_like(returns)
    return (returns - returns.mean()) / (returns.std() + 1e-8)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    pg_loss = -returns * log_probs
    return pg_loss.mean()
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-5, maximize=True)
        self.gamma = gamma

    def start_episode(self, observation):
        self.logprobs = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, logprob = choose_action(self.net, observation)
        self.logprobs.append(logprob)
        return action.cpu().numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        next_done = np.logical_or(transition.terminated, transition.truncated)
        if next_done.all():
            b_returns = normalise(discounted_returns(self.rewards, self.gamma))
            objective = -policy_loss(torch.cat(self.logprobs), b_returns)
            self.optimizer.zero_grad()
            objective.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 0.5)
            self.optimizer.step()  # the optimizer maximises
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-5, maximize=True)
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
        action, logprob = choose_action(self.net, observation)
        self.memory.append(logprob)
        return action.cpu().numpy()

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
        objective = -policy_loss(log_probs, returns)
        self.optimizer.zero_grad()
        objective.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 0.5)
        self.optimizer.step()  # the optimizer maximises

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent(gamma=0.99, learning_rate=2.5e-2):
    """Return a new, untrained agent."""
    return SimplePolicy(gamma=gamma, lr=learning_rate)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        'games': agent.games,
        'model_state_dict': agent.net.state_dict(),
        'optimizer_state_dict': agent.optimizer.state_dict(),
        'mean_reward': agent.mean_reward,
    }, str(path))


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(str(path))
    agent.net.load_state_dict(checkpoint['model_state_dict'])
    agent.optimizer.load_state_dict(checkpoint['optimizer_state_dict'])
    agent.games = checkpoint['games']
    agent.mean_reward = checkpoint['mean_reward']
    agent.net.train()
