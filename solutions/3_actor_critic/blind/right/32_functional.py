# writer: a functional programmer: lambdas, generators, closures, one list of tuples turned around by zip
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        sizes = {"policy": n_actions, "critic": 1}
        self.body = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())
        for name, size in sizes.items():
            setattr(self, name, nn.Linear(hidden_size, size))

    def forward(self, x):
        return (lambda h: (self.policy(h).log_softmax(-1).exp(), self.critic(h).unbind(-1)[0]))(self.body(x))
# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    return (lambda d: (lambda a: (a, d.log_prob(a), values))(d.sample()))(Categorical(probs))
# %% advantage
advantage = lambda returns, values: returns.detach() - values.detach()
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return [*map(
        torch.mean, (-advantages * log_probs, F.smooth_l1_loss(values, returns, reduction="none"))
    )]
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.steps, self.rewards = [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        actions, *remembered = choose_action(self.net, observation)
        self.steps.append(remembered)
        return actions.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if any((*transition.terminated, *transition.truncated)):
            log_probs, values = map(torch.hstack, zip(*self.steps))
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            self.optimizer.zero_grad()
            sum(losses(log_probs, advantage(returns, values), values, returns)).backward()
            self.optimizer.step()
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
        actions, *remembered = choose_action(self.net, observation)
        self.memory = [*self.memory, SavedAction._make(remembered)]
        return np.fromiter(map(int, actions), dtype=int)

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
        def closure():
            self.optimizer.zero_grad()
            loss = sum(losses(log_probs, advantage(returns, values), values, returns))
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
make_agent = partial(ACPolicy, gamma=0.99, lr=3e-2)
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
