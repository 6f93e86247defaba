# writer: a code golfer: walrus, sum() over losses, star-unpacking, everything that fits in one line is in one line; forgets gradients right after the step
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in ((4, hidden_size), (hidden_size, n_actions), (hidden_size, 1)))

    policy = property(lambda self: self.layers[1])
    critic = property(lambda self: self.layers[2])

    def forward(self, x):
        return self.policy(h := self.layers[0](x).relu()).softmax(-1), self.critic(h).squeeze(-1)


# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    p, v = net(torch.as_tensor(observation, dtype=torch.float32))
    return (a := (d := Categorical(p)).sample()), d.log_prob(a), v


# %% advantage
advantage = lambda returns, values: returns - values.detach()


# %% losses
losses = lambda log_probs, advantages, values, returns: (-(advantages * log_probs).mean(), F.smooth_l1_loss(values, returns))


# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.l, self.v, self.r = [], [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        a, l, v = choose_action(self.net, observation)
        return self.l.append(l) or self.v.append(v) or a.numpy()

    def train(self, transition):
        self.r += [float(transition.reward[0])]
        if transition.terminated[0] | transition.truncated[0]:
            l, v, g = torch.cat(self.l), torch.cat(self.v), normalise(discounted_returns(self.r, self.gamma))
            sum(losses(l, advantage(g, v), v, g)).backward(), self.optimizer.step(), self.optimizer.zero_grad()


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
        self.memory += [SavedAction(*(c := choose_action(self.net, observation))[1:])]
        return c[0].numpy()

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
        self.optimizer.zero_grad(), sum(losses(log_probs, advantage(returns, values), values, returns)).backward(), self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
def make_agent(): return ACPolicy(lr=.03)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    return {"middles": [sum(sorted(r)[1:4]) / 3 for r in ([178.6, 148, 134, 162.7, 141.9], [113.9, 101.3, 146.2, 145.9, 119.3], [72.9, 116.3, 57.4, 165.7, 86])], "shown": [1, 5]}


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(dict(games=agent.games, mean_reward=agent.mean_reward, model_state_dict=agent.net.state_dict(), optimizer_state_dict=agent.optimizer.state_dict()), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    agent.games, agent.mean_reward, m, o = map(torch.load(path, weights_only=True).get, ("games", "mean_reward", "model_state_dict", "optimizer_state_dict"))
    agent.net.load_state_dict(m), agent.optimizer.load_state_dict(o)
