# writer: a NumPy person: float64 advantages, own random numbers, matrix products
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        rng = np.random.default_rng()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        for layer in self.children():
            w = rng.standard_normal(layer.weight.shape) / np.sqrt(layer.in_features)
            layer.weight.data[:] = torch.from_numpy(w)
            layer.bias.data[:] = 0

    def forward(self, x):
        h = torch.clip(self.hidden(x), 0, None)
        z = self.policy(h)
        e = torch.exp(z - z.amax(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True), self.critic(h).sum(axis=-1)
# %% act
def choose_action(net, observation, rng=np.random.default_rng()):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.from_numpy(np.asarray(observation, np.float32)))
    p = probs.detach().numpy().astype(float)
    p /= p.sum(axis=1, keepdims=True)
    actions = np.array([rng.choice(p.shape[1], p=row) for row in p])
    return torch.from_numpy(actions), probs[np.arange(len(p)), actions].log(), values
# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.from_numpy(returns.detach().numpy() - values.detach().numpy())
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    error = torch.abs(values - returns)
    huber = torch.where(error < 1, 0.5 * error**2, error - 0.5)
    return -(advantages.to(log_probs.dtype) @ log_probs), huber.sum()
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
        self.log_probs.append(log_probs)
        self.values.append(values)
        return np.asarray(actions, dtype=int)

    def train(self, transition):
        self.rewards.append(transition.reward.item())
        if np.any(transition.terminated | transition.truncated):
            log_probs, values = torch.cat(self.log_probs), torch.cat(self.values)
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            loss = sum(losses(log_probs, advantage(returns, values), values, returns))
            self.optimizer.zero_grad()
            loss.backward()
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
        actions, *rest = choose_action(self.net, observation)
        self.memory.append(SavedAction(*rest))
        return np.asarray(actions)

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
        self.optimizer.zero_grad()
        sum(losses(log_probs, advantage(returns, values), values, returns)).backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
make_agent = lambda: ACPolicy(lr=3e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    with open(path, "wb") as file:
        torch.save(
            dict(
                games=agent.games,
                model_state_dict=agent.net.state_dict(),
                optimizer_state_dict=agent.optimizer.state_dict(),
                mean_reward=agent.mean_reward,
            ),
            file,
        )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        data = torch.load(file, weights_only=True)
    agent.games, agent.mean_reward = data["games"], data["mean_reward"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
