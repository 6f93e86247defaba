# writer: keeps both heads in a ModuleDict and gives them their names by properties

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.stem = nn.Linear(4, hidden_size)
        sizes = dict(policy=n_actions, critic=1)
        self.heads = nn.ModuleDict({name: nn.Linear(hidden_size, size) for name, size in sizes.items()})

    @property
    def policy(self):
        return self.heads["policy"]

    @property
    def critic(self):
        return self.heads["critic"]

    def forward(self, x):
        h = self.stem(x).relu_()
        out = {name: head(h) for name, head in self.heads.items()}
        return out["policy"].softmax(dim=1), out["critic"].squeeze(dim=1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    match net(torch.as_tensor(observation, dtype=torch.float32)):
        case (probs, values):
            dist = Categorical(probs)
            actions = dist.sample()
            return actions, dist.log_prob(actions), values

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    match values.requires_grad:
        case True:
            return returns - values.detach()
        case False:
            return returns - values

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    actor = torch.dot(advantages, log_probs).neg().div(len(advantages))
    critic = F.smooth_l1_loss(values, returns)
    return [actor, critic]

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
        match choose_action(self.net, observation):
            case (actions, log_probs, values):
                self.memory.append(SavedAction(log_probs, values))
        return np.array(actions.tolist(), dtype=np.int64)

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
        adv = advantage(returns, values)
        match losses(log_probs, adv, values, returns):
            case [actor, critic]:
                self.optimizer.zero_grad()
                (actor + critic).backward()
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
    match 64:
        case 64:
            return ACPolicy(lr=3e-2)
        case _:
            return ACPolicy(lr=5e-3)

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
    match torch.load(path, weights_only=True):
        case {"games": games, "model_state_dict": model, "optimizer_state_dict": optimizer, "mean_reward": mean}:
            agent.games, agent.mean_reward = games, mean
            agent.net.load_state_dict(model)
            agent.optimizer.load_state_dict(optimizer)
        case _:
            raise ValueError("not a checkpoint of an agent")
