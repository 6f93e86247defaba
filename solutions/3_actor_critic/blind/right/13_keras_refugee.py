# writer: comes from Keras, names everything like there and keeps own helper classes

# %% forward
class Dense(nn.Module):
    """A Keras-like layer: Glorot uniform weights, zero bias, optional activation."""

    def __init__(self, inputs, units, activation=None):
        super().__init__()
        self.kernel = nn.Parameter(torch.empty(inputs, units))
        self.bias = nn.Parameter(torch.zeros(units))
        nn.init.xavier_uniform_(self.kernel)
        self.activation = activation

    def forward(self, x):
        x = x @ self.kernel + self.bias
        return x if self.activation is None else self.activation(x)


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.common = Dense(4, hidden_size, activation=F.relu)
        self.policy = Dense(hidden_size, n_actions)
        self.critic = Dense(hidden_size, 1)

    def forward(self, x):
        common = self.common(x)
        return F.softmax(self.policy(common), dim=-1), torch.squeeze(self.critic(common), dim=-1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    action_probs, critic_value = net(torch.as_tensor(observation, dtype=torch.float32))
    num_actions = action_probs.shape[-1]
    actions = []
    for p in action_probs.tolist():
        total = sum(p)
        actions.append(np.random.choice(num_actions, p=[q / total for q in p]))
    actions = torch.tensor(actions, dtype=torch.int64)
    chosen = action_probs.gather(1, actions[:, None])[:, 0]
    return actions, torch.log(chosen), critic_value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    diff = returns - values.detach()
    return diff

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    actor_losses = -log_probs * advantages
    huber_loss = nn.HuberLoss()
    return actor_losses.mean(), huber_loss(values, returns)

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
        action, log_prob, critic_value = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob, critic_value))
        return np.squeeze(action.numpy()[:, None], axis=1)

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
        history = zip(["actor", "critic"], losses(log_probs, advantage(returns, values), values, returns))
        loss_value = sum(loss for _, loss in history)
        self.net.zero_grad()
        loss_value.backward()
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
    checkpoint = {"games": agent.games, "mean_reward": agent.mean_reward}
    checkpoint.update(model_state_dict=agent.net.state_dict())
    checkpoint.update(optimizer_state_dict=agent.optimizer.state_dict())
    torch.save(checkpoint, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    model_weights = checkpoint["model_state_dict"]
    agent.net.load_state_dict(model_weights)
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
