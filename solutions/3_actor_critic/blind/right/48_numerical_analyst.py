# writer: a numerical analyst: own generator, inverse CDF in float64, einsum, one-hot rows, explicit Huber formula
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        nn.init.xavier_uniform_(self.hidden.weight)
        nn.init.zeros_(self.hidden.bias)

    def forward(self, x):
        h = torch.clamp(torch.einsum("bi,hi->bh", x, self.hidden.weight) + self.hidden.bias, min=0.0)
        z = torch.einsum("bh,ah->ba", h, self.policy.weight) + self.policy.bias
        e = torch.exp(z - z.max(dim=1, keepdim=True).values)
        p = e / e.sum(dim=1, keepdim=True)
        v = torch.einsum("bh,h->b", h, self.critic.weight[0]) + self.critic.bias[0]
        return p, v

# %% act
RNG = np.random.default_rng(20240229)


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    p, v = net(torch.as_tensor(np.asarray(observation, dtype=np.float32)))
    # inverse of the cumulative distribution, in double precision
    cdf = np.cumsum(p.detach().numpy().astype(np.float64), axis=1)
    cdf /= cdf[:, -1:]
    u = RNG.random((cdf.shape[0], 1))
    a = np.minimum((cdf <= u).sum(axis=1), cdf.shape[1] - 1)
    one_hot = torch.as_tensor(np.eye(cdf.shape[1], dtype=np.float32)[a])
    log_p = torch.log(torch.einsum("na,na->n", p, one_hot))
    return torch.as_tensor(a), log_p, v

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    out = torch.empty_like(returns)
    out.copy_(returns.detach())
    out -= values.detach()
    return out

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    T = log_probs.shape[0]
    L_pi = -torch.einsum("t,t->", advantages, log_probs) / T
    e = values - returns
    rho = torch.where(e.abs() < 1.0, 0.5 * e * e, e.abs() - 0.5)
    L_V = torch.einsum("t->", rho) / T
    return L_pi, L_V

# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, betas=(0.9, 0.999))
        self.gamma = gamma

    def start_episode(self, observation):
        self.logp, self.v, self.r = ([] for _ in range(3))

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        a, logp, v = choose_action(self.net, observation)
        self.logp += [logp]
        self.v += [v]
        return np.array(a, dtype=np.int64)

    def train(self, transition):
        self.r += [float(transition.reward[0])]
        if not (transition.terminated | transition.truncated).any():
            return
        G = normalise(discounted_returns(self.r, self.gamma))
        logp = torch.concatenate(self.logp)
        V = torch.concatenate(self.v)
        L = losses(logp, advantage(G, V), V, G)
        self.optimizer.zero_grad()
        torch.autograd.backward(L)  # the gradients of both are added
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
        a, logp, v = choose_action(self.net, observation)
        self.memory += [SavedAction(logp, v)]
        return np.array(a, dtype=np.int64)

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
        A = advantage(returns, values)
        for parameter in self.net.parameters():
            if parameter.grad is not None:
                parameter.grad.zero_()
        L_pi, L_V = losses(log_probs, A, values, returns)
        torch.autograd.backward([L_pi, L_V])
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
    agent = ACPolicy(gamma=1 - 1 / 100)
    agent.optimizer.param_groups[0]["lr"] = 3e-2
    return agent

# %% save
KEYS = ("games", "model_state_dict", "optimizer_state_dict", "mean_reward")


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    content = (agent.games, agent.net.state_dict(), agent.optimizer.state_dict(), agent.mean_reward)
    torch.save(dict(zip(KEYS, content, strict=True)), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    content = torch.load(path, weights_only=True)
    games, weights, optimizer, mean = (content[key] for key in KEYS)
    with torch.no_grad():
        for name, parameter in agent.net.named_parameters():
            parameter.copy_(weights[name])
    agent.optimizer.load_state_dict(optimizer)
    agent.games = games
    agent.mean_reward = mean
