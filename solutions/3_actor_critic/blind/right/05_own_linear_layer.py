# writer: writes layers from nn.Parameter and einsum

# %% forward
class Affine(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.w = nn.Parameter(torch.randn(n_in, n_out) / n_in**0.5)
        self.b = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.einsum("bi,io->bo", x, self.w) + self.b


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.shared = Affine(4, hidden_size)
        self.policy = Affine(hidden_size, n_actions)
        self.critic = Affine(hidden_size, 1)

    def forward(self, x):
        h = torch.maximum(self.shared(x), torch.zeros(()))
        logits = self.policy(h)
        probs = torch.exp(logits - torch.logsumexp(logits, dim=1, keepdim=True))
        return probs, torch.einsum("bo->b", self.critic(h))

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    with torch.no_grad():
        gumbel = -torch.log(-torch.log(torch.rand_like(probs).clamp(1e-12, 1 - 1e-7)))
        actions = (torch.log(probs) + gumbel).argmax(dim=1)  # the Gumbel-max trick draws from probs
    hot = F.one_hot(actions, probs.shape[1]).to(probs.dtype)
    log_probs = torch.einsum("na,na->n", probs, hot).log()
    return actions, log_probs, values

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    with torch.no_grad():
        return torch.sub(returns, values)

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    e = (values - returns).abs()
    small = e.clamp(max=1.0)
    critic = (small * (e - 0.5 * small)).mean()
    actor = -torch.einsum("t,t->", advantages, log_probs) / advantages.numel()
    return actor, critic

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
        with torch.enable_grad():
            action, *saved = choose_action(self.net, observation)
        self.memory.append(SavedAction._make(saved))
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
        both = torch.stack(tuple(losses(log_probs, advantage(returns, values), values, returns)))
        self.optimizer.zero_grad()
        both.backward(gradient=torch.ones_like(both))
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
    return ACPolicy(lr=3e-2, gamma=0.99)

# %% save
KEYS = ("games", "model_state_dict", "optimizer_state_dict", "mean_reward")


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    values = agent.games, agent.net.state_dict(), agent.optimizer.state_dict(), agent.mean_reward
    torch.save(dict(zip(KEYS, values)), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    games, model, optimizer, mean_reward = map(torch.load(path, weights_only=True).get, KEYS)
    agent.games = games
    agent.net.load_state_dict(model)
    agent.optimizer.load_state_dict(optimizer)
    agent.mean_reward = mean_reward
