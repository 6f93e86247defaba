# writer: keeps logits in the network class and asks the network for a distribution

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.trunk = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        nn.init.orthogonal_(self.trunk.weight, gain=2**0.5)
        nn.init.orthogonal_(self.policy.weight, gain=0.01)
        nn.init.orthogonal_(self.critic.weight, gain=1.0)
        for layer in (self.trunk, self.policy, self.critic):
            nn.init.zeros_(layer.bias)

    def raw(self, x):
        h = F.relu(self.trunk(x))
        return self.policy(h), self.critic(h)[..., 0]

    def forward(self, x):
        logits, value = self.raw(x)
        return logits.softmax(dim=-1), value

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    logits, value = net.raw(torch.as_tensor(observation, dtype=torch.float32))
    dist = Categorical(logits=logits)
    action = dist.sample()
    return action, dist.log_prob(action), value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    baseline = values.detach()
    return returns.sub(baseline)

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    huber = nn.HuberLoss(reduction="mean", delta=1.0)
    return torch.mean(advantages.neg() * log_probs), huber(values, returns)

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
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
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob, value))
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
        pi_loss, v_loss = losses(log_probs, advantage(returns, values), values, returns)
        for p in self.net.parameters():
            p.grad = None
        (pi_loss + v_loss).backward()
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
    return ACPolicy(gamma=0.99, lr=3e-2)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    net, opt = agent.net, agent.optimizer
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": {k: v.clone() for k, v in net.state_dict().items()},
            "optimizer_state_dict": opt.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    ckpt = torch.load(path, weights_only=True)
    for part, key in ((agent.net, "model_state_dict"), (agent.optimizer, "optimizer_state_dict")):
        part.load_state_dict(ckpt[key])
    for name in ("games", "mean_reward"):
        setattr(agent, name, ckpt[name])
