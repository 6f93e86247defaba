# writer: a functional programmer who minimises lines (accumulate, walrus, layer_norm, lambdas, multinomial)
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
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    actions = torch.multinomial(probs, num_samples=1)
    return actions.squeeze(1), probs.gather(1, actions).log().squeeze(1)


# %% returns
from itertools import accumulate


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    return torch.tensor(
        [*accumulate(reversed(rewards), lambda g, r: r + gamma * g)][::-1], dtype=torch.float32
    )


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.layer_norm(returns, returns.shape, eps=1e-8)


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -log_probs @ returns.to(log_probs) / len(returns)


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs, self.rewards = [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(self.net, observation)
        self.log_probs += log_probs.unbind()
        return actions.numpy()

    def train(self, transition):
        self.rewards += map(float, transition.reward)
        if any(transition.terminated) or any(transition.truncated):
            self.optimizer.zero_grad()
            policy_loss(
                torch.stack(self.log_probs),
                normalise(discounted_returns(self.rewards, self.gamma)),
            ).backward()
            self.optimizer.step()


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
        self.memory += [log_probs]
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.array([a or b for a, b in zip(transition.terminated, transition.truncated)])
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
        policy_loss(log_probs, returns).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
make_agent = partial(SimplePolicy, gamma=0.99, lr=0.025)

# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    a, b, c = [111, 82, 116, 106, 59], [334, 460, 249, 212, 249], [59, 74, 131, 153, 79]
    tb, tc = [98.2, 113.6, 135.8, 94.1, 98.6], [88.3, 95.8, 144.2, 94.6, 56.8]
    middle = lambda scores: sum(sorted(scores)[1:4]) / 3
    wins = lambda xs, ys: sum(x > y for x in xs for y in ys)
    return {"middles": [*map(middle, (a, b, c))], "misled": [*map(wins, (tc, c, c), (tb, b, a))]}


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {name: getattr(agent, name) for name in ("games", "mean_reward")}
        | {
            f"{name}_state_dict": part.state_dict()
            for name, part in (("model", agent.net), ("optimizer", agent.optimizer))
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    data = torch.load(path, weights_only=True)
    agent.net.load_state_dict(data.pop("model_state_dict"))
    agent.optimizer.load_state_dict(data.pop("optimizer_state_dict"))
    vars(agent).update(data)
