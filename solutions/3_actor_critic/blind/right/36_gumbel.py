# writer: Gumbel trick, named tuples, one fused head behind properties
# %% forward
class Judged(NamedTuple):
    probs: torch.Tensor
    values: torch.Tensor


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.heads = nn.ModuleDict()
        for name, size in {"policy": n_actions, "critic": 1}.items():
            self.heads[name] = nn.Linear(hidden_size, size)
        self.trunk = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())

    @property
    def policy(self):
        return self.heads["policy"]

    @property
    def critic(self):
        return self.heads["critic"]

    def forward(self, x):
        h = self.trunk(x)
        return Judged(F.softmax(self.policy(h), dim=-1), self.critic(h)[:, 0])
# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    log_probs = torch.log(probs)
    gumbel = -torch.empty_like(probs).exponential_().log()
    actions = (log_probs.detach() + gumbel).argmax(dim=-1)
    return actions, probs[torch.arange(len(actions)), actions].log(), values
# %% advantage
@torch.no_grad()
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.sub(returns, values)
# %% losses
class Losses(NamedTuple):
    policy: torch.Tensor
    critic: torch.Tensor


def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return Losses(
        policy=-(advantages * log_probs).sum(),
        critic=F.smooth_l1_loss(input=values, target=returns, reduction="sum"),
    )
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs, self.values, self.rewards = ([] for _ in range(3))

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, value = choose_action(self.net, observation)
        for memory, tensor in ((self.log_probs, log_prob), (self.values, value)):
            memory.append(tensor)
        return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            log_probs, values = map(torch.cat, (self.log_probs, self.values))
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
        action, *saved = choose_action(self.net, observation)
        self.memory.append(SavedAction(*saved))
        return np.asarray(action)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        self.optimizer.zero_grad()
        sum(losses(log_probs, advantage(returns, values), values, returns)).backward()
        self.optimizer.step()

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

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
make_agent = lambda: ACPolicy(gamma=0.99, lr=3e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            "games": agent.games,
            "mean_reward": agent.mean_reward,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    match torch.load(path, weights_only=True):
        case {
            "games": games,
            "mean_reward": mean_reward,
            "model_state_dict": model,
            "optimizer_state_dict": optimizer,
        }:
            agent.games, agent.mean_reward = games, mean_reward
            agent.net.load_state_dict(model)
            agent.optimizer.load_state_dict(optimizer)
        case _:
            raise KeyError(path)
