# writer: comes from Keras: input width is inferred (lazy layers, built by one call), RMSprop, add-on methods
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.dense = nn.LazyLinear(hidden_size)
        self.policy_head = nn.LazyLinear(n_actions)
        self.build((1, 4))

    def build(self, input_shape):
        with torch.no_grad():
            self(torch.zeros(input_shape))
        for layer in (self.dense, self.policy_head):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def call(self, inputs):
        return F.softmax(self.policy_head(F.relu(self.dense(inputs))), dim=-1)

    forward = call
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.FloatTensor(observation))
    actions = torch.multinomial(probs.detach(), num_samples=1)  # (n, 1)
    log_probs = probs.gather(1, actions).log()
    return actions.squeeze(1), log_probs.squeeze(1)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = torch.empty(len(rewards))
    discounted_sum = 0.0
    for i, r in enumerate(rewards[::-1], start=1):
        discounted_sum = r + gamma * discounted_sum
        returns[-i] = discounted_sum
    return returns
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    eps = np.finfo(np.float32).eps.item()
    return (returns - torch.mean(returns)) / (torch.std(returns, unbiased=False) + eps)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    per_step = torch.negative(torch.multiply(log_probs, returns))
    return torch.mean(per_step, dim=-1)
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.action_probs_history = []
        self.rewards_history = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.action_probs_history.append(log_prob)
        return action.detach().cpu().numpy()

    def train(self, transition):
        self.rewards_history.append(float(transition.reward[0]))
        done = bool(transition.terminated[0]) or bool(transition.truncated[0])
        if done:
            self.fit()
    def fit(self):
        self.net.train()
        y = normalise(discounted_returns(self.rewards_history, self.gamma))
        loss = policy_loss(torch.cat(self.action_probs_history, dim=0), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.action_probs_history.clear()
        self.rewards_history.clear()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr)
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
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return action.detach().cpu().numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = (transition.terminated + transition.truncated).astype(bool)
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
        self.net.zero_grad()
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
    return SimplePolicy(gamma=0.99, lr=1e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            "mean_reward": agent.mean_reward,
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "model_state_dict": agent.net.state_dict(),
            "games": agent.games,
        },
        f=path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.mean_reward = checkpoint["mean_reward"]
    agent.games = checkpoint["games"]
    return agent
