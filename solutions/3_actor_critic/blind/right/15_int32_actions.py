# writer: saves memory wherever possible: int32 actions, no temporary tensors

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.fc = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        x = self.fc(x)
        x = F.relu_(x)
        return F.softmax(self.policy(x), dim=-1), self.critic(x).squeeze_(-1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.from_numpy(observation.astype(np.float32, copy=False)))
    m = Categorical(probs, validate_args=False)
    action = m.sample()
    return action.to(torch.int32), m.log_prob(action), value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return (-values.detach()).add_(returns)

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return log_probs.mul(advantages).mean().neg_(), F.smooth_l1_loss(values, returns)

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
        return actions.numpy()

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
        actor, critic = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad(set_to_none=True)
        actor.add(critic).backward()
        self.optimizer.step()
        self.memory.clear()  # frees the graph, start_episode makes a new list anyway

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
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        path,
        _use_new_zipfile_serialization=True,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True, mmap=False)
    agent.net.load_state_dict(checkpoint["model_state_dict"], strict=True)
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
    del checkpoint
