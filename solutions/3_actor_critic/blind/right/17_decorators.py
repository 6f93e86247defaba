# writer: uses decorators, subclasses and autograd.backward on a list

# %% forward
def init(layer, gain):
    nn.init.xavier_normal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = init(nn.Linear(4, hidden_size), nn.init.calculate_gain("relu"))
        self.policy = init(nn.Linear(hidden_size, n_actions), 0.1)
        self.critic = init(nn.Linear(hidden_size, 1), 1.0)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        return F.softmax(self.policy(h), -1), self.critic(h).T[0]

# %% act
from functools import wraps


def takes_arrays(function):
    """Hands a float tensor to a function that gets a NumPy array."""

    @wraps(function)
    def wrapper(net, observation):
        return function(net, torch.as_tensor(observation, dtype=torch.float32))

    return wrapper


@takes_arrays
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(observation)
    dist = torch.distributions.Categorical(probs=probs)
    action = dist.sample()
    return action, dist.log_prob(action), value

# %% advantage
def without_gradient(function):
    @wraps(function)
    def wrapper(*tensors):
        return function(*(t.detach() for t in tensors))

    return wrapper


@without_gradient
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - values

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    smooth_l1 = torch.nn.SmoothL1Loss(reduction="none", beta=1.0)
    return (-log_probs * advantages).mean(), smooth_l1(values, returns).mean()

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
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
        action, *log_prob_and_value = choose_action(self.net, observation)
        self.memory.append(SavedAction(*log_prob_and_value))
        return action.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated  # (n,)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma)
        return log_probs, values, normalise(returns)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        both = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        torch.autograd.backward(both)  # adds up the gradients of both
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
class PatientPolicy(ACPolicy):
    """The same agent with the learning rate for batches of 64."""

    def __init__(self):
        super().__init__(gamma=0.99, lr=3e-2)


def make_agent():
    """Return a new, untrained agent."""
    return PatientPolicy()

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    restore = {
        "games": lambda v: setattr(agent, "games", v),
        "model_state_dict": agent.net.load_state_dict,
        "optimizer_state_dict": agent.optimizer.load_state_dict,
        "mean_reward": lambda v: setattr(agent, "mean_reward", v),
    }
    for key, function in restore.items():
        function(checkpoint[key])
