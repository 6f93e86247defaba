# writer: copies the style of Spinning Up (logits, pi and v separately, two backward passes and one step)
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2, activation=nn.ReLU):
        super().__init__()
        self.trunk = nn.Linear(4, hidden_size)
        self.activation = activation()
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def _distribution(self, obs):
        logits = self.policy(self.activation(self.trunk(obs)))
        return Categorical(logits=logits)

    def _value(self, obs):
        # Critical to ensure v has right shape.
        return torch.squeeze(self.critic(self.activation(self.trunk(obs))), -1)

    def forward(self, x):
        return self._distribution(x).probs, self._value(x)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    obs = torch.as_tensor(observation, dtype=torch.float32)
    pi = net._distribution(obs)
    a = pi.sample()
    logp_a = pi.log_prob(a)
    v = net._value(obs)
    return a, logp_a, v

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return (returns - values).detach()

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""

    def compute_loss_pi(logp, adv):
        return -(logp * adv).mean()

    def compute_loss_v(v, ret):
        return nn.SmoothL1Loss()(v, ret)

    return compute_loss_pi(log_probs, advantages), compute_loss_v(values, returns)

# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.logp_buf, self.val_buf, self.rew_buf = [], [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        a, logp, v = choose_action(self.net, observation)
        self.logp_buf.append(logp)
        self.val_buf.append(v)
        return a.numpy()

    def train(self, transition):
        self.rew_buf.append(transition.reward[0].item())
        terminal = transition.terminated[0]
        timeout = transition.truncated[0]
        if terminal or timeout:
            self._finish_path()

    def _finish_path(self):
        ret = normalise(discounted_returns(self.rew_buf, self.gamma))
        logp = torch.cat(self.logp_buf)
        val = torch.cat(self.val_buf)
        adv = advantage(ret, val)

        self.optimizer.zero_grad()
        loss_pi, loss_v = losses(logp, adv, val, ret)
        loss_pi.backward(retain_graph=True)
        loss_v.backward()
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
        a, logp, v = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob=logp, value=v))
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
        """Do one optimizer step for both losses."""
        self.optimizer.zero_grad()
        loss_pi, loss_v = losses(log_probs, advantage(returns, values), values, returns)
        # the gradients of the two losses add up in .grad
        loss_v.backward(retain_graph=True)
        loss_pi.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent(ac_kwargs=dict(gamma=0.99, lr=3e-2)):
    """Return a new, untrained agent."""
    return ACPolicy(**ac_kwargs)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    state = dict(
        games=agent.games,
        mean_reward=agent.mean_reward,
        model_state_dict=agent.net.state_dict(),
        optimizer_state_dict=agent.optimizer.state_dict(),
    )
    with open(path, "wb") as f:
        torch.save(state, f)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as f:
        state = torch.load(f, weights_only=True)
    agent.optimizer.load_state_dict(state["optimizer_state_dict"])
    agent.net.load_state_dict(state["model_state_dict"])
    agent.games, agent.mean_reward = state["games"], state["mean_reward"]
