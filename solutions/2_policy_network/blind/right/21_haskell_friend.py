# writer: a functional programmer who writes Haskell at home: accumulate, reduce, partial, expressions, as few statements as possible
# %% forward
from functools import reduce


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.first, self.policy_head = map(nn.Linear, (4, hidden_size), (hidden_size, n_actions))

    def forward(self, x):
        pipeline = (self.first, torch.relu, self.policy_head, nn.Softmax(dim=-1))
        return reduce(lambda value, f: f(value), pipeline, x)


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    return (lambda dist: (lambda action: (action, dist.log_prob(action)))(dist.sample()))(
        Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    )


# %% returns
from itertools import accumulate


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    scan = accumulate(rewards[::-1], lambda following, reward: reward + gamma * following)
    return torch.tensor([*scan][::-1], dtype=torch.float)


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (lambda std, mean: (returns - mean) / (std + 1e-8))(
        *torch.std_mean(returns, correction=0)
    )


# %% loss
from functools import reduce


def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return reduce(torch.dot, (log_probs, returns.to(log_probs.dtype))).neg()


# %% first_agent
from functools import reduce


class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs, self.rewards = ([] for _ in "ab")

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_prob = choose_action(self.net, observation)
        self.log_probs += [log_prob]
        return actions.numpy()

    def train(self, transition):
        self.rewards += map(float, transition.reward)
        ended = transition.terminated[0] or transition.truncated[0]
        return self.learn() if ended else None

    def learn(self):
        returns = reduce(
            lambda value, f: f(value),
            (lambda rewards: discounted_returns(rewards, self.gamma), lambda g: normalise(g)),
            self.rewards,
        )
        self.optimizer.zero_grad()
        policy_loss(torch.cat(self.log_probs), returns).backward()
        self.optimizer.step()


# %% update
from functools import reduce


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
        return (lambda actions, log_probs: (self.memory.append(log_probs), actions.numpy())[1])(
            *choose_action(self.net, observation)
        )

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = reduce(np.logical_or, (transition.terminated, transition.truncated))
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
        for do in (
            self.optimizer.zero_grad,
            lambda: policy_loss(log_probs, returns).backward(),
            self.optimizer.step,
        ):
            do()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
from functools import partial

make_agent = partial(SimplePolicy, gamma=0.99, lr=3e-2)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    greedy = (
        [111, 82, 116, 106, 59],
        [334, 460, 249, 212, 249],
        [59, 74, 131, 153, 79],
    )
    training = ([98.2, 113.6, 135.8, 94.1, 98.6], [88.3, 95.8, 144.2, 94.6, 56.8])
    wins = lambda ours, theirs: sum(a > b for a in ours for b in theirs)
    return dict(
        middles=[sum(sorted(row)[1:-1]) / 3 for row in greedy],
        misled=[
            wins(training[1], training[0]),
            wins(greedy[2], greedy[1]),
            wins(greedy[2], greedy[0]),
        ],
    )


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            **{key: getattr(agent, key) for key in ("games", "mean_reward")},
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(path, weights_only=True)
    agent.net.load_state_dict(saved["model_state_dict"])
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
    vars(agent).update({key: saved[key] for key in ("games", "mean_reward")})
