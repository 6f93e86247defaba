# writer: an old Python hand: try/finally, nested functions, globals, keyword arguments everywhere, RMSprop
# %% forward
INPUTS = 4


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        nn.Module.__init__(self)
        self.layers = nn.ModuleList()
        self.layers.append(nn.Linear(INPUTS, hidden_size))
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        def activate(values):
            return F.threshold(values, threshold=0.0, value=0.0)

        for layer in self.layers:
            x = activate(layer(x))
        return F.softmax(input=self.policy_head(x), dim=-1, dtype=torch.float32)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    try:
        tensor = torch.as_tensor(observation, dtype=torch.float32)
    except TypeError as error:
        raise TypeError("observation must be an array") from error
    distribution = Categorical(probs=net.forward(tensor))
    drawn = distribution.sample()
    log_p = F.nll_loss(distribution.logits, drawn, reduction="none").neg()
    return drawn, log_p
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    copied = list(rewards)
    copied.reverse()
    result = []
    try:
        previous = 0.0
        for reward in copied:
            previous = reward + gamma * previous
            result.append(previous)
    finally:
        result.reverse()
    return torch.tensor(data=result, dtype=torch.float32)
# %% normalise
TINY = torch.finfo(torch.float32).eps


def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    centre = returns.mean()
    spread = returns.var(correction=0).sqrt()
    divisor = torch.max(spread, torch.full_like(spread, TINY))
    return torch.sub(returns, centre).true_divide(divisor)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    products = [log_prob * g for log_prob, g in zip(log_probs.split(64), returns.split(64))]
    return -torch.cat(products).mean()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.RMSprop(params=self.net.parameters(), lr=lr, alpha=0.9)
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
        chosen = choose_action(net=self.net, observation=observation)
        self.memory.append(chosen[1])
        return chosen[0].numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        terminated, truncated = transition.terminated, transition.truncated
        ended = np.array(list(map(max, terminated, truncated)), dtype=bool)
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
        with torch.enable_grad():
            loss = policy_loss(log_probs=log_probs, returns=returns)
        self.optimizer.zero_grad()
        try:
            loss.backward()
        finally:
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
    return SimplePolicy(gamma=0.99, lr=1e-2)  # RMSprop likes smaller steps
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    contents = dict.fromkeys(["games", "model_state_dict", "optimizer_state_dict", "mean_reward"])
    contents.update(games=agent.games, mean_reward=agent.mean_reward)
    contents.update(model_state_dict=agent.net.state_dict())
    contents.update(optimizer_state_dict=agent.optimizer.state_dict())
    torch.save(obj=contents, f=path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    contents = torch.load(f=path, weights_only=True)
    try:
        agent.net.load_state_dict(state_dict=contents["model_state_dict"])
        agent.optimizer.load_state_dict(state_dict=contents["optimizer_state_dict"])
        agent.games = contents["games"]
        agent.mean_reward = contents["mean_reward"]
    except KeyError as error:
        raise ValueError(f"{path} is not a file of save_agent") from error
