# writer: a one-liner lover
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.first, self.policy_head = nn.Linear(4, hidden_size), nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return self.policy_head(self.first(x).relu()).softmax(-1)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    return (a := (d := Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))).sample()), d.log_prob(a)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    return torch.tensor([sum((r * gamma**k for k, r in enumerate(rewards[t:])), 0.0) for t in range(len(rewards))])
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()) / returns.std(correction=0).clamp(min=1e-8)
# %% loss
policy_loss = lambda log_probs, returns: -log_probs @ returns
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
        return (drawn := choose_action(self.net, observation), self.memory.append(drawn[1]))[0][0].numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated + transition.truncated
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
        self.optimizer.zero_grad(), policy_loss(log_probs, returns).backward(), self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
make_agent = lambda: SimplePolicy(gamma=0.99, lr=3e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(dict(games=agent.games, model_state_dict=agent.net.state_dict(), optimizer_state_dict=agent.optimizer.state_dict(), mean_reward=agent.mean_reward), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    agent.games, agent.mean_reward = (d := torch.load(path, weights_only=True))["games"], d["mean_reward"]
    agent.net.load_state_dict(d["model_state_dict"]), agent.optimizer.load_state_dict(d["optimizer_state_dict"])
