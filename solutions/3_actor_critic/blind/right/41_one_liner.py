# writer: one-line lover, decorators, lists of SavedAction columns by zip, RMSprop and context manager
# %% forward
class ActorCriticNetwork(nn.Module):
    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        self.apply(self._initialise)

    @staticmethod
    def _initialise(module):
        if isinstance(module, nn.Linear):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
            module.bias.data.zero_()

    def forward(self, x):
        z, v = (head(self.hidden(x)) for head in (self.policy, self.critic))
        return F.softmax(z, -1), v.view(-1)
# %% act
import functools


def on_tensors(function):
    @functools.wraps(function)
    def wrapper(net, observation):
        return function(net, torch.as_tensor(np.asarray(observation), dtype=torch.float32))

    return wrapper


@on_tensors
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(observation)
    uniform = torch.rand(len(probs), 1)
    last = probs.shape[-1] - 1
    actions = (probs.detach().cumsum(-1) < uniform).sum(-1).clamp(max=last)
    chosen = F.one_hot(actions, last + 1)
    return actions, torch.einsum("na,na->n", probs, chosen.to(probs.dtype)).log(), values
# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return (returns - values).detach()
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return -log_probs.mul(advantages).mean(), nn.SmoothL1Loss(reduction="mean", beta=1.0)(values, returns)
# %% first_agent
from contextlib import contextmanager

class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr)
        self.gamma = gamma

    @contextmanager
    def step(self):
        self.optimizer.zero_grad()
        yield self
        self.optimizer.step()

    def start_episode(self, observation):
        vars(self).update(log_probs=[], values=[], rewards=[])

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, value = choose_action(self.net, observation)
        self.log_probs.append(log_prob), self.values.append(value)
        return np.array(action.tolist(), dtype=np.int64)

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if any([*transition.terminated, *transition.truncated]):
            v = torch.cat(self.values)
            g = normalise(discounted_returns(self.rewards, self.gamma))
            with self.step():
                torch.autograd.backward(losses(torch.cat(self.log_probs), advantage(g, v), v, g))
# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr, alpha=0.9)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probs.argmax(dim=-1).numpy()  # (n,)
        action, log_prob, value = choose_action(self.net, observation)
        self.memory += [SavedAction._make((log_prob, value))]
        return np.array(action.tolist(), dtype=np.int64)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        self.net.zero_grad(set_to_none=True)
        torch.autograd.backward(losses(log_probs, advantage(returns, values), values, returns))
        self.optimizer.step()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        self.running -= np.count_nonzero(transition.terminated | transition.truncated)
        if not self.running:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs, values = map(torch.cat, zip(*self.memory))
        order = torch.as_tensor(np.argsort(np.concatenate(self.episodes), kind="stable"))
        returns = torch.zeros(len(log_probs))
        returns[order] = torch.cat([discounted_returns(r, self.gamma) for r in self.rewards])
        return log_probs, values, normalise(returns)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
class make_agent:
    """Return a new, untrained agent."""

    def __new__(cls):
        agent = ACPolicy(gamma=0.99, lr=3e-2)
        agent.optimizer = torch.optim.Adam(agent.net.parameters(), lr=3e-2)
        return agent
# %% save
save_agent = lambda agent, path: torch.save(
    {
        "games": agent.games,
        "mean_reward": agent.mean_reward,
        **{
            f"{name}_state_dict": part.state_dict()
            for name, part in {"model": agent.net, "optimizer": agent.optimizer}.items()
        },
    },
    path,
)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(path, weights_only=True)
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
    agent.net.load_state_dict(saved["model_state_dict"])
    agent.mean_reward, agent.games = map(saved.__getitem__, ("mean_reward", "games"))
