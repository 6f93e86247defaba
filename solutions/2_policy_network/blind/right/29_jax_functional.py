# writer: comes from JAX/Flax: own Dense layer with a (in, out) kernel, einsum, pure functions
# %% forward
class Dense(nn.Module):
    """y = x @ kernel + bias, as in Flax."""

    def __init__(self, n_in, n_out, scale=1.0):
        super().__init__()
        self.kernel = nn.Parameter(scale * torch.randn(n_in, n_out) / n_in**0.5)
        self.offset = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.einsum("...i,io->...o", x, self.kernel) + self.offset


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.dense_0 = Dense(4, hidden_size)
        self.policy_head = Dense(hidden_size, n_actions, scale=0.1)

    def forward(self, x):
        z = self.policy_head(self.dense_0(x).clamp_min(0))
        return torch.exp(z - torch.logsumexp(z, dim=-1, keepdim=True))
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.asarray(observation, dtype=torch.float32))
    log_p = torch.log(probs)
    with torch.no_grad():
        gumbel = -torch.log(torch.empty_like(log_p).exponential_())
        actions = torch.argmax(log_p + gumbel, dim=-1)
    one_hot = F.one_hot(actions, probs.shape[-1]).to(probs.dtype)
    return actions, torch.log(torch.einsum("na,na->n", probs, one_hot))
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""

    def scan(f, init, xs):
        carry, ys = init, []
        for x in xs:
            carry, y = f(carry, x)
            ys.append(y)
        return carry, ys

    def step(carry, reward):
        carry = reward + gamma * carry
        return carry, carry

    _, ys = scan(step, 0.0, rewards[::-1])
    return torch.asarray(ys[::-1], dtype=torch.float32)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    centred = returns - returns.mean()
    return centred * torch.rsqrt(centred.square().mean() + 1e-12)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.einsum("t,t->", -log_probs, returns.to(log_probs)) / log_probs.numel()
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.trajectory = {"log_prob": [], "reward": []}

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(net=self.net, observation=observation)
        self.trajectory["log_prob"] += [log_probs]
        return actions.numpy()

    def train(self, transition):
        self.trajectory["reward"] += [float(transition.reward[0])]
        if not (transition.terminated[0] or transition.truncated[0]):
            return
        grads = torch.autograd.grad(self.compute_loss(), list(self.net.parameters()))
        for parameter, grad in zip(self.net.parameters(), grads):
            parameter.grad = grad
        self.optimizer.step()
    def compute_loss(self):
        returns = normalise(returns=discounted_returns(rewards=self.trajectory["reward"], gamma=self.gamma))
        return policy_loss(log_probs=torch.cat(self.trajectory["log_prob"]), returns=returns)
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, betas=(0.9, 0.99))
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(net=self.net, observation=observation)
        self.memory += [log_probs]
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.maximum(transition.terminated, transition.truncated)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        parameters = list(self.net.parameters())
        grads = torch.autograd.grad(policy_loss(log_probs=log_probs, returns=returns), parameters)
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
    return SimplePolicy(**hyperparameters)
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
