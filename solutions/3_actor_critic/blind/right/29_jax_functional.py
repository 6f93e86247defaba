# writer: comes from JAX/Flax: own Dense layers, a critic that is a vector, einsum, stop_gradient, autograd.grad
# %% forward
class Dense(nn.Module):
    """y = x @ kernel + offset, as in Flax."""

    def __init__(self, n_in, n_out, scale=1.0):
        super().__init__()
        self.kernel = nn.Parameter(scale * torch.randn(n_in, n_out) / n_in**0.5)
        self.offset = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.einsum("...i,io->...o", x, self.kernel) + self.offset


class ToScalar(nn.Module):
    """A linear layer to a single number, without an axis of length 1."""

    def __init__(self, n_in):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(n_in) / n_in**0.5)
        self.offset = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return torch.einsum("...i,i->...", x, self.kernel) + self.offset


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.torso = Dense(4, hidden_size)
        self.policy = Dense(hidden_size, n_actions, scale=0.1)
        self.critic = ToScalar(hidden_size)

    def forward(self, x):
        h = F.relu(self.torso(x))
        z = self.policy(h)
        return torch.exp(z - torch.logsumexp(z, -1, keepdim=True)), self.critic(h)
# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.asarray(observation, dtype=torch.float32))
    with torch.no_grad():
        gumbel = -torch.log(torch.empty_like(probs).exponential_())
        actions = torch.argmax(torch.log(probs) + gumbel, dim=-1)
    one_hot = F.one_hot(actions, probs.shape[-1]).to(probs.dtype)
    return actions, torch.log(torch.einsum("na,na->n", probs, one_hot)), values
# %% advantage
def stop_gradient(x):
    return x.detach()


def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return stop_gradient(returns - values)
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    error = (values - returns).abs()
    quadratic = error.clamp(max=1.0)
    huber = 0.5 * quadratic**2 + (error - quadratic)
    return -torch.einsum("t,t->", advantages, log_probs) / len(log_probs), huber.mean()
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.trajectory = {"log_prob": [], "value": [], "reward": []}

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        actions, log_prob, value = choose_action(net=self.net, observation=observation)
        self.trajectory["log_prob"] += [log_prob]
        self.trajectory["value"] += [value]
        return actions.numpy()

    def train(self, transition):
        self.trajectory["reward"] += [float(transition.reward[0])]
        if not (transition.terminated[0] or transition.truncated[0]):
            return
        parameters = list(self.net.parameters())
        for parameter, grad in zip(parameters, torch.autograd.grad(self.total_loss(), parameters)):
            parameter.grad = grad
        self.optimizer.step()
    def total_loss(self):
        log_probs, values = (torch.cat(self.trajectory[key]) for key in ("log_prob", "value"))
        returns = normalise(returns=discounted_returns(rewards=self.trajectory["reward"], gamma=self.gamma))
        advantages = advantage(returns=returns, values=values)
        policy_loss, value_loss = losses(
            log_probs=log_probs, advantages=advantages, values=values, returns=returns
        )
        return policy_loss + value_loss
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
        actions, log_prob, value = choose_action(net=self.net, observation=observation)
        self.memory += [SavedAction(log_prob=log_prob, value=value)]
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
        advantages = advantage(returns=returns, values=values)
        policy_loss, value_loss = losses(
            log_probs=log_probs, advantages=advantages, values=values, returns=returns
        )
        parameters = list(self.net.parameters())
        grads = torch.autograd.grad([policy_loss, value_loss], parameters)  # of the sum
        for parameter, grad in zip(parameters, grads):
            parameter.grad = grad
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
    hyperparameters = {"gamma": 0.98, "lr": 0.02}
    return ACPolicy(**hyperparameters)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    to_save = {key: getattr(agent, key) for key in ("games", "mean_reward")}
    to_save |= {
        "model_state_dict": {k: v.detach().clone() for k, v in agent.net.state_dict().items()},
        "optimizer_state_dict": agent.optimizer.state_dict(),
    }
    torch.save(to_save, path)


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
