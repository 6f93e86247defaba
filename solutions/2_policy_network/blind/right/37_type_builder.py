# writer: metaprogrammer, classes built by type(...), decorators, vectorised scan
# %% forward
def _init(self, hidden_size=32, n_actions=2):
    nn.Module.__init__(self)
    self.layers = nn.ModuleDict(
        {"hidden": nn.Linear(4, hidden_size), "policy_head": nn.Linear(hidden_size, n_actions)}
    )
    for layer in self.layers.values():
        nn.init.orthogonal_(layer.weight)
        nn.init.zeros_(layer.bias)


def _forward(self, x):
    hidden = F.relu(self.layers["hidden"](x))
    return nn.functional.softmax(self.policy_head(hidden), dim=1)


PolicyNetwork = type(
    "PolicyNetwork",
    (nn.Module,),
    {
        "__doc__": "Probabilities of the actions for each observation.",
        "__init__": _init,
        "forward": _forward,
        "policy_head": property(lambda self: self.layers["policy_head"]),
    },
)
# %% act
import functools


def as_states(function):
    """Hand the observation over as a float tensor."""

    @functools.wraps(function)
    def wrapped(net, observation, *more, **named):
        return function(net, torch.as_tensor(observation, dtype=torch.float32), *more, **named)

    return wrapped


@as_states
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(observation)
    with torch.no_grad():
        action = Categorical(probs).sample()
    return action, probs.gather(1, action.unsqueeze(1)).log().squeeze(1)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """Parallel scan: after k rounds every step sees 2 ** k rewards."""
    returns = torch.tensor(rewards, dtype=torch.float64)
    step, factor = 1, float(gamma)
    while step < len(returns):
        returns[:-step] += factor * returns[step:].clone()
        step, factor = 2 * step, factor * factor
    return returns.float()
# %% normalise
@torch.no_grad()
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    result = returns.clone()
    result -= result.mean()
    result /= result.std(correction=0).clamp_min(1e-9)
    return result
# %% loss
class _Loss(nn.Module):
    def forward(self, log_probs, returns):
        return torch.mean(-returns * log_probs)


policy_loss = _Loss()
# %% first_agent
def _agent_init(self, gamma=0.99, lr=5e-3):
    self.net = PolicyNetwork()
    self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
    self.gamma = gamma


def _agent_start(self, observation):
    self.log_probs = list()
    self.rewards = list()


def _agent_act(self, observation, explore=True):
    if not explore:
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
    action, log_prob = choose_action(self.net, observation)
    self.log_probs.append(log_prob)
    return action.numpy()


def _agent_train(self, transition):
    (reward,), (terminated,), (truncated,) = transition.reward, transition.terminated, transition.truncated
    self.rewards.append(float(reward))
    match bool(terminated), bool(truncated):
        case (False, False):
            pass
        case _:
            returns = discounted_returns(rewards=self.rewards, gamma=self.gamma)
            loss = policy_loss(log_probs=torch.cat(self.log_probs), returns=normalise(returns=returns))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()


FirstPolicy = type(
    "FirstPolicy",
    (AbstractAgent,),
    {
        "__doc__": "REINFORCE in a single environment: plays an episode, then learns from it.",
        "__init__": _agent_init,
        "start_episode": _agent_start,
        "act": _agent_act,
        "train": _agent_train,
    },
)
# %% update
class _Counting(AbstractAgent):
    """What has to do with counting and remembering."""

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []
        self.episodes = []
        self.rewards = [[] for _ in range(n)]
        self.running = n

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return action.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.any([transition.terminated, transition.truncated], axis=0)
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

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


class SimplePolicy(_Counting):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(
            [{"params": [parameter], "lr": lr} for parameter in self.net.parameters()]
        )
        self.gamma = gamma
        self.games = 0
        self.mean_reward = None

    def update(self, log_probs, returns):
        """Do one optimizer step."""

        def closure():
            self.optimizer.zero_grad()
            loss = policy_loss(log_probs, returns)
            loss.backward()
            return loss

        self.optimizer.step(closure)
# %% agent
class make_agent:
    """Return a new, untrained agent."""

    def __new__(cls):
        return SimplePolicy(lr=0.03)
# %% save
import operator

_PARTS = {
    "games": operator.attrgetter("games"),
    "model_state_dict": lambda agent: agent.net.state_dict(),
    "optimizer_state_dict": lambda agent: agent.optimizer.state_dict(),
    "mean_reward": operator.attrgetter("mean_reward"),
}


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({name: get(agent) for name, get in _PARTS.items()}, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    for name, value in torch.load(path, weights_only=True).items():
        match name:
            case "model_state_dict":
                agent.net.load_state_dict(value)
            case "optimizer_state_dict":
                agent.optimizer.load_state_dict(value)
            case "games" | "mean_reward":
                setattr(agent, name, value)
