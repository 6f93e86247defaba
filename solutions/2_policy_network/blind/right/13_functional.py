# writer: a functional programmer: partial, reduce, pure functions, a decorator
# %% forward
from functools import partial, reduce


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.lower = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        functions = self.lower, F.relu, self.policy_head, partial(F.softmax, dim=-1)
        return reduce(lambda value, function: function(value), functions, x)
# %% act
from functools import partial

to_tensor = partial(torch.as_tensor, dtype=torch.float32)


def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""

    def draw(distribution):
        actions = distribution.sample()
        return actions, distribution.log_prob(actions)

    return draw(Categorical(net(to_tensor(observation))))
# %% returns
from functools import reduce


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    step = lambda following, reward: (reward + gamma * (following[0] if following else 0.0), *following)
    return torch.tensor(reduce(step, reversed(rewards), ()), dtype=torch.float32)
# %% normalise
def compose(f, g):
    return lambda x: f(g(x))


shift = lambda z: z - z.mean()
scale = lambda z: z / (z.std(correction=0) + 1e-8)
normalise = compose(scale, shift)
# %% loss
from operator import mul, neg


def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return neg(mul(log_probs, returns).sum())
# %% update
def remembering(choose):
    """A decorator: remembers the second result of a choice and passes the first on."""

    def chosen(self, observation):
        actions, log_probs = choose(self, observation)
        self.memory.append(log_probs)
        return actions.numpy()

    return chosen


@remembering
def chosen_actions(self, observation):
    return choose_action(self.net, observation)


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
        return chosen_actions(self, observation)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.maximum(transition.terminated, transition.truncated)
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
        def closure():
            self.optimizer.zero_grad()
            loss = policy_loss(log_probs, returns)
            loss.backward()
            return loss

        self.optimizer.step(closure)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
from functools import partial

make_agent = partial(SimplePolicy, gamma=0.99, lr=3e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    readers = {
        "games": lambda a: a.games,
        "model_state_dict": lambda a: a.net.state_dict(),
        "optimizer_state_dict": lambda a: a.optimizer.state_dict(),
        "mean_reward": lambda a: a.mean_reward,
    }
    torch.save({key: read(agent) for key, read in readers.items()}, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    writers = {
        "games": lambda value: setattr(agent, "games", value),
        "model_state_dict": lambda value: agent.net.load_state_dict(value),
        "optimizer_state_dict": lambda value: agent.optimizer.load_state_dict(value),
        "mean_reward": lambda value: setattr(agent, "mean_reward", value),
    }
    for key, value in torch.load(path, weights_only=True).items():
        writers[key](value)
