# writer: an object-oriented person: subclasses of nn.Linear, nn.Module for the loss, a subclass of the agent
# %% forward
class LinearReLU(nn.Linear):
    """A linear layer followed by ReLU."""

    def forward(self, x):
        return F.relu(super().forward(x))


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.add_module("first", LinearReLU(4, hidden_size))
        self.add_module("policy_head", nn.Linear(hidden_size, n_actions))

    def forward(self, x):
        return self.distribution(x).probs

    def distribution(self, x):
        return Categorical(logits=self.policy_head(self.first(x)))
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    pi = net.distribution(torch.as_tensor(observation, dtype=torch.float32))
    actions = pi.sample()
    return actions, pi.log_prob(actions)
# %% returns
class ReturnAccumulator:
    def __init__(self, gamma):
        self.gamma = gamma
        self.value = 0.0

    def __call__(self, reward):
        self.value = reward + self.gamma * self.value
        return self.value


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    accumulator = ReturnAccumulator(gamma)
    return torch.tensor([*map(accumulator, reversed(rewards))][::-1], dtype=torch.float32)
# %% normalise
class Normaliser(nn.Module):
    def __init__(self, epsilon=1e-8):
        super().__init__()
        self.epsilon = epsilon

    def forward(self, returns):
        return (returns - returns.mean()) / (returns.std(correction=0) + self.epsilon)


normalise = Normaliser()
# %% loss
class ReinforceLoss(nn.Module):
    """The loss of REINFORCE, a tensor with a single number."""

    def forward(self, log_probs, returns):
        return -(returns * log_probs).mean()


policy_loss = ReinforceLoss()
# %% update
class Episodes(AbstractAgent):
    """What every agent that learns from whole episodes needs."""

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


class SimplePolicy(Episodes):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def act(self, observation, explore=True):
        return self.explore(observation) if explore else self.exploit(observation)

    def explore(self, observation):
        actions, log_probs = choose_action(self.net, observation)
        self.memory.append(log_probs)
        return actions.numpy()

    def exploit(self, observation):
        with torch.no_grad():
            observation = torch.as_tensor(observation, dtype=torch.float32)
            return self.net(observation).argmax(dim=-1).numpy()  # (n,)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        self.optimizer.zero_grad()
        policy_loss(log_probs, returns).backward()
        self.optimizer.step()
# %% agent
class BatchPolicy(SimplePolicy):
    """The same agent with the settings for batches of 64."""

    def __init__(self, gamma=0.99, lr=3e-2):
        super().__init__(gamma=gamma, lr=lr)


def make_agent():
    """Return a new, untrained agent."""
    return BatchPolicy()
# %% save
class Checkpoint(dict):
    @classmethod
    def of(cls, agent):
        return cls(
            games=agent.games,
            model_state_dict=agent.net.state_dict(),
            optimizer_state_dict=agent.optimizer.state_dict(),
            mean_reward=agent.mean_reward,
        )

    def restore(self, agent):
        agent.games = self["games"]
        agent.mean_reward = self["mean_reward"]
        agent.net.load_state_dict(self["model_state_dict"])
        agent.optimizer.load_state_dict(self["optimizer_state_dict"])


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(dict(Checkpoint.of(agent)), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    Checkpoint(torch.load(path, weights_only=True)).restore(agent)
