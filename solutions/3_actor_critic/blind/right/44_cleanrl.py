# writer: copies the style of CleanRL (layer_init, orthogonal weights, pg_loss and v_loss, vf_coef, eps=1e-5)
# %% forward
def layer_init(layer, std=np.sqrt(2), bias_const=0.0):
    torch.nn.init.orthogonal_(layer.weight, std)
    torch.nn.init.constant_(layer.bias, bias_const)
    return layer


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.network = nn.Sequential(
            layer_init(nn.Linear(4, hidden_size)),
            nn.ReLU(),
        )
        self.policy = layer_init(nn.Linear(hidden_size, n_actions), std=0.01)
        self.critic = layer_init(nn.Linear(hidden_size, 1), std=1.0)

    def get_value(self, x):
        return self.critic(self.network(x)).flatten()

    def forward(self, x):
        hidden = self.network(x)
        probs = Categorical(logits=self.policy(hidden)).probs
        return probs, self.critic(hidden).flatten()

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, newvalue = net(torch.Tensor(observation))
    dist = Categorical(probs=probs)
    action = dist.sample()
    return action, dist.log_prob(action), newvalue.view(-1)

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    with torch.no_grad():
        advantages = returns - values
    return advantages

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    # Policy loss
    pg_loss = (-advantages * log_probs).mean()
    # Value loss
    newvalue = values.view(-1)
    v_loss = F.smooth_l1_loss(newvalue, returns.view(-1))
    return pg_loss, v_loss

# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    vf_coef = 1.0

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-5)
        self.gamma = gamma

    def start_episode(self, observation):
        # ALGO Logic: Storage setup
        self.logprobs = []
        self.values = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        # ALGO LOGIC: action logic
        action, logprob, value = choose_action(self.net, observation)
        self.values.append(value.flatten())
        self.logprobs.append(logprob)
        return action.cpu().numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        next_done = np.logical_or(transition.terminated, transition.truncated)
        if not next_done[0]:
            return

        # flatten the batch
        b_returns = normalise(discounted_returns(self.rewards, self.gamma))
        b_logprobs = torch.cat(self.logprobs)
        b_values = torch.cat(self.values)
        b_advantages = advantage(b_returns, b_values)

        # Optimizing the policy and value network
        pg_loss, v_loss = losses(b_logprobs, b_advantages, b_values, b_returns)
        loss = pg_loss + v_loss * self.vf_coef
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
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-5)
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
        action, logprob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(logprob, value.flatten()))
        return action.cpu().numpy()

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
        advantages = advantage(returns, values)
        pg_loss, v_loss = losses(log_probs, advantages, values, returns)
        loss = pg_loss + v_loss

        self.optimizer.zero_grad()
        loss.backward()
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
    learning_rate = 3e-2
    gamma = 0.99
    return ACPolicy(gamma, learning_rate)

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
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
