# writer: a modern-Python fan: match, comprehension, ModuleDict
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.layers = nn.ModuleDict({"first": nn.Linear(4, hidden_size)})
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        for step in (self.layers["first"], F.relu, self.policy_head, nn.Softmax(dim=-1)):
            x = step(x)
        return x
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    match torch.as_tensor(observation, dtype=torch.float32):
        case torch.Tensor(shape=(_, 4)) as x:
            distribution = Categorical(net(x))
            actions = distribution.sample((1,))[0]
            return actions, distribution.log_prob(actions)
        case other:
            raise ValueError(f"unexpected shape {other.shape}")
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    G = 0.0
    returns = [G := reward + gamma * G for reward in rewards[::-1]]
    return torch.tensor(returns[::-1], dtype=torch.float32)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    match returns.std(correction=0).item():
        case 0.0:
            return torch.zeros_like(returns)
        case std:
            return (returns - returns.mean()) / std
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return sum(-log_prob * g for log_prob, g in zip(log_probs, returns, strict=True))
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
        match choose_action(self.net, observation):
            case (actions, log_probs):
                self.memory.append(log_probs)
                return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.fromiter(
            (t or u for t, u in zip(transition.terminated, transition.truncated, strict=True)), dtype=bool
        )
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
        for do in (self.optimizer.zero_grad, loss.backward, self.optimizer.step):
            do()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(**{"lr": 3e-2} | {"gamma": 0.99})
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    numbers = {name: getattr(agent, name) for name in ("games", "mean_reward")}
    states = {
        f"{key}_state_dict": thing.state_dict()
        for key, thing in (("model", agent.net), ("optimizer", agent.optimizer))
    }
    torch.save(numbers | states, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    match torch.load(path, weights_only=True):
        case {
            "games": games,
            "mean_reward": mean_reward,
            "model_state_dict": model,
            "optimizer_state_dict": optimizer,
        }:
            agent.games, agent.mean_reward = games, mean_reward
            agent.net.load_state_dict(model)
            agent.optimizer.load_state_dict(optimizer)
        case _:
            raise KeyError("the file is not complete")
