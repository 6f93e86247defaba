# writer: a functional programmer: accumulate, reduce, lambdas, partial, generators, deques
# %% forward
from functools import reduce


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, hidden_size)])
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def steps(self):
        yield from self.layers
        yield torch.relu
        yield self.policy_head
        yield lambda z: z.log_softmax(dim=-1)
        yield torch.exp

    def forward(self, x):
        return reduce(lambda value, step: step(value), self.steps(), x)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    return (lambda d: (lambda a: (a, d.log_prob(a)))(d.sample()))(
        Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    )
# %% returns
from itertools import accumulate


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    backwards = accumulate(reversed(rewards), lambda following, reward: reward + gamma * following)
    return torch.tensor(list(backwards)[::-1], dtype=torch.get_default_dtype())
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.layer_norm(returns, normalized_shape=returns.shape, eps=1e-12)
# %% loss
policy_loss = lambda log_probs, returns: sum(-l * g for l, g in zip(log_probs, returns))
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.memory = ([], [])  # log-probabilities and rewards

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        remember, _ = (memory.append for memory in self.memory)
        actions, log_probs = choose_action(self.net, observation)
        remember(log_probs)
        return actions.numpy()

    def train(self, transition):
        log_probs, rewards = self.memory
        rewards.append(float(transition.reward[0]))
        if any((*transition.terminated, *transition.truncated)):
            self.optimizer.zero_grad()
            policy_loss(torch.hstack(log_probs), normalise(discounted_returns(rewards, self.gamma))).backward()
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
        self.memory = [*self.memory, log_probs]
        return np.fromiter(map(int, actions), dtype=int)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.fromiter(map(lambda a, b: bool(a or b), transition.terminated, transition.truncated), dtype=bool)
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
make_agent = partial(SimplePolicy, gamma=0.99, lr=3e-2)
# %% save
from operator import attrgetter

PARTS = {"model_state_dict": attrgetter("net"), "optimizer_state_dict": attrgetter("optimizer")}
NUMBERS = "games", "mean_reward"


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {key: part(agent).state_dict() for key, part in PARTS.items()}
        | {name: getattr(agent, name) for name in NUMBERS},
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    for key, value in torch.load(path, weights_only=True).items():
        if key in PARTS:
            PARTS[key](agent).load_state_dict(value)
        else:
            setattr(agent, key, value)
