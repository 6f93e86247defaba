# writer: a NumPy person who uses torch only where a gradient is needed: own np generator, np.where, .data, arrays of numbers between
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        shared = np.random.uniform(-0.5, 0.5, size=(hidden_size, 4)).astype(np.float32)
        self.shared = nn.Parameter(torch.from_numpy(shared))
        self.shift = nn.Parameter(torch.from_numpy(np.zeros(hidden_size, dtype=np.float32)))
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = x @ self.shared.T + self.shift
        h = h * (h > 0)
        return self.policy(h).softmax(-1), self.critic(h).reshape(len(x))


# %% act
rng = np.random.default_rng()


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    n = observation.shape[0]
    probs, values = net(torch.from_numpy(np.ascontiguousarray(observation, dtype=np.float32)))
    p = probs.detach().numpy().astype(np.float64)
    p /= p.sum(axis=1, keepdims=True)  # float32 probabilities do not sum to 1 exactly enough
    actions = np.array([rng.choice(p.shape[1], p=p[i]) for i in range(n)])
    log_probs = probs[np.arange(n), actions].log()
    return torch.from_numpy(actions), log_probs, values


# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.from_numpy(returns.detach().numpy() - values.detach().numpy())


# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    error = (values - returns).abs()
    small = error.clamp(max=1)  # the quadratic part, and 1 where the error is larger
    value_loss = (small**2 / 2 + (error - small)).mean()
    return -(advantages * log_probs).mean(), value_loss


# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs, self.values, self.rewards = [], [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        actions, log_probs, values = choose_action(self.net, observation)
        self.log_probs.extend(log_probs)  # one row: a tensor of shape ()
        self.values.extend(values)
        return actions.numpy()

    def train(self, transition):
        self.rewards.extend(transition.reward.astype(float).tolist())
        if (transition.terminated + transition.truncated)[0]:
            log_probs, values = torch.stack(self.log_probs), torch.stack(self.values)
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            policy_loss, value_loss = losses(
                log_probs, advantage(returns, values), values, returns
            )
            self.optimizer.zero_grad()
            (policy_loss + value_loss).backward()
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
        actions, log_probs, values = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_probs, values))
        return np.array(actions)

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
        policy_loss, value_loss = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        # both gradients are added up in .grad, then comes the one step
        policy_loss.backward(retain_graph=True)
        value_loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return ACPolicy(**{"gamma": 0.99, "lr": 3e-2})


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    table = np.loadtxt(
        [
            "178.6 148.0 134.0 162.7 141.9",
            "113.9 101.3 146.2 145.9 119.3",
            " 72.9 116.3  57.4 165.7  86.0",
        ]
    )
    low = np.array([-0.1, 3.7, -23.1, -248.0, -10.3, 0.3])
    high = np.array([53.4, 95.2, 69.3, 174.0, 353.3, 413.0])
    middles = (table.sum(axis=1) - table.min(axis=1) - table.max(axis=1)) / 3
    return {"middles": middles.tolist(), "shown": np.flatnonzero((low > 0) | (high < 0)).tolist()}


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        dict(
            games=int(agent.games),
            model_state_dict=agent.net.state_dict(),
            optimizer_state_dict=agent.optimizer.state_dict(),
            mean_reward=agent.mean_reward,
        ),
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    file = torch.load(path, weights_only=True)
    agent.net.load_state_dict(file["model_state_dict"])
    agent.optimizer.load_state_dict(file["optimizer_state_dict"])
    agent.games = file["games"]
    agent.mean_reward = file["mean_reward"]
