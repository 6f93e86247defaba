# writer: a statistician who divides by n - 1 (sample standard deviation) and treats a single return by hand
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.encoder = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        eta = self.policy_head(F.relu(self.encoder(x)))
        return torch.exp(eta - torch.logsumexp(eta, dim=-1, keepdim=True))
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    family = Categorical(logits=torch.log(probs))
    draw = family.sample()
    return draw, family.log_prob(draw)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    if not rewards:
        return torch.zeros(0)
    first, *others = rewards
    # from the back, without touching the list
    stack = [float(rewards[-1])]
    for reward in reversed(rewards[:-1]):
        stack.append(reward + gamma * stack[-1])
    return torch.tensor(stack, dtype=torch.float32).flip(dims=(0,))
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    centred = returns - returns.mean()
    if returns.numel() < 2:
        return centred
    return centred / (returns.std() + 1e-8)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    score_function = log_probs * returns
    return -score_function.sum() / score_function.numel()
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
        draw, log_likelihood = choose_action(self.net, observation)
        self.memory.append(log_likelihood)
        return np.array(draw)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.stack([transition.terminated, transition.truncated]).any(axis=0)
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
        self.optimizer.zero_grad()
        negative_log_likelihood = policy_loss(log_probs, returns)
        negative_log_likelihood.backward()
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
    return SimplePolicy(gamma=1 - 0.01, lr=0.03)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    mean = agent.mean_reward
    torch.save(
        {
            "games": int(agent.games),
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": None if mean is None else float(mean),
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    sample = torch.load(path, weights_only=True)
    agent.games = sample.get("games")
    agent.mean_reward = sample.get("mean_reward")
    agent.net.load_state_dict(sample.get("model_state_dict"))
    agent.optimizer.load_state_dict(sample.get("optimizer_state_dict"))
