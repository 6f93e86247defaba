# writer: somebody who minimises lines (lambdas, unpacking, partial, zero_grad at the end)
# %% forward
class ActorCriticNetwork(nn.Module):
    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.h, self.policy, self.critic = (nn.Linear(*s) for s in ((4, hidden_size), (hidden_size, n_actions), (hidden_size, 1)))

    def forward(self, x):
        return self.policy(h := self.h(x).relu()).softmax(1), self.critic(h).view(-1)

# %% act
def choose_action(net, observation):
    p, v = net(torch.as_tensor(observation).float())
    return (a := (d := Categorical(p)).sample()), d.log_prob(a), v

# %% advantage
advantage = lambda returns, values: returns - values.data

# %% losses
def losses(log_probs, advantages, values, returns):
    return -(advantages @ log_probs) / len(returns), F.huber_loss(values, returns)

# %% first_agent
class FirstActorCritic(AbstractAgent):
    def __init__(self, gamma=0.99, lr=5e-3):
        self.net, self.gamma = ActorCriticNetwork(), gamma
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr)

    def start_episode(self, observation):
        self.kept = [], [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()
        a, *new = choose_action(self.net, observation)
        for kept, one in zip(self.kept, new): kept.append(one)
        return a.numpy()

    def train(self, transition):
        self.kept[2].append(float(transition.reward[0]))
        if transition.terminated[0] | transition.truncated[0]:
            (l, v), g = map(torch.cat, self.kept[:2]), normalise(discounted_returns(self.kept[2], self.gamma))
            sum(losses(l, advantage(g, v), v, g)).backward()
            self.optimizer.step()
            self.optimizer.zero_grad()

# %% update
class SavedAction(NamedTuple):
    log_prob: torch.Tensor
    value: torch.Tensor


class ACPolicy(AbstractAgent):
    def __init__(self, gamma=0.99, lr=5e-3):
        self.net, self.gamma, self.games, self.mean_reward = ActorCriticNetwork(), gamma, 0, None
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr)

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation, dtype=torch.float32))[0].argmax(dim=-1).numpy()
        a, *new = choose_action(self.net, observation)
        self.memory.append(SavedAction(*new))
        return a.numpy()

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
        sum(losses(log_probs, advantage(returns, values), values, returns)).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
make_agent = partial(ACPolicy, lr=3e-2)

# %% save
def save_agent(agent, path):
    torch.save(dict(games=agent.games, model_state_dict=agent.net.state_dict(), optimizer_state_dict=agent.optimizer.state_dict(), mean_reward=agent.mean_reward), path)


def load_agent(agent, path):
    c = torch.load(path, weights_only=True)
    agent.games, agent.mean_reward = c["games"], c["mean_reward"]
    agent.net.load_state_dict(c["model_state_dict"]), agent.optimizer.load_state_dict(c["optimizer_state_dict"])
