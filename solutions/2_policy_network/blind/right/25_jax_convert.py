# writer: someone who came from JAX: gradients as values (torch.autograd.grad), one-hot and einsum, functional linear maps, a scan for the returns, closures for the optimizer
# %% forward
def init_dense(n_in, n_out):
    """LeCun-normal weights and zero biases, as flax.linen.Dense does."""
    layer = nn.Linear(n_in, n_out)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(n_out, n_in) * n_in**-0.5)
        layer.bias.fill_(0.0)
    return layer


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.dense_0 = init_dense(4, hidden_size)
        self.policy_head = init_dense(hidden_size, n_actions)

    def forward(self, x):
        h = F.linear(x, self.dense_0.weight, self.dense_0.bias)
        h = torch.maximum(h, torch.zeros_like(h))
        return F.log_softmax(self.policy_head(h), dim=1).exp()


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    with torch.no_grad():
        actions = Categorical(probs).sample()
    chosen = F.one_hot(actions, num_classes=probs.shape[-1]).to(probs.dtype)
    return actions, torch.einsum("na,na->n", chosen, probs).log()


# %% returns
def scan(f, carry, xs):
    """jax.lax.scan for lists."""
    ys = []
    for x in xs:
        carry, y = f(carry, x)
        ys.append(y)
    return carry, ys


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""

    def step(following, reward):
        total = reward + gamma * following
        return total, total

    _, backwards = scan(step, 0.0, reversed(rewards))
    return torch.tensor(backwards, dtype=torch.float32).flip(0)


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.layer_norm(returns, returns.shape, eps=1e-10)


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.dot(-returns.to(log_probs), log_probs) / len(returns)


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
        action, log_prob = choose_action(self.net, observation)
        self.trajectory["log_prob"].append(log_prob)
        return action.numpy()

    def train(self, transition):
        self.trajectory["reward"].append(float(transition.reward[0]))
        done = np.logical_or(transition.terminated, transition.truncated)
        if done.all():  # a single environment, a single row
            loss = policy_loss(
                torch.cat(self.trajectory["log_prob"]),
                normalise(discounted_returns(self.trajectory["reward"], self.gamma)),
            )
            params = list(self.net.parameters())
            grads = torch.autograd.grad(loss, params, allow_unused=True)
            for param, grad in zip(params, grads, strict=True):
                param.grad = grad  # replaces the old one
            self.optimizer.step()


# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
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
        actions, log_probs = choose_action(self.net, observation)
        self.memory = [*self.memory, log_probs]  # no mutation where it can be avoided
        return np.asarray(actions)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.stack([transition.terminated, transition.truncated]).any(axis=0)
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

        def closure():
            self.optimizer.zero_grad()
            loss = policy_loss(log_probs, returns)
            loss.backward()
            return loss

        self.optimizer.step(closure)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
def make_agent(gamma=0.99, lr=3e-2):
    """Return a new, untrained agent."""
    return SimplePolicy(gamma, lr)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    greedy = torch.tensor(
        [[111.0, 82, 116, 106, 59], [334, 460, 249, 212, 249], [59, 74, 131, 153, 79]]
    ).double()
    training = torch.tensor([[98.2, 113.6, 135.8, 94.1, 98.6], [88.3, 95.8, 144.2, 94.6, 56.8]])
    ours, large = training
    beats = lambda a, b: (a[:, None] > b[None, :]).sum().item()
    return {
        "middles": greedy.sort(dim=1).values[:, 1:-1].mean(dim=1).tolist(),
        "misled": [beats(large, ours), beats(greedy[2], greedy[1]), beats(greedy[2], greedy[0])],
    }


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    state = {"games": agent.games, "mean_reward": agent.mean_reward}
    state |= {
        f"{name}_state_dict": part.state_dict()
        for name, part in (("model", agent.net), ("optimizer", agent.optimizer))
    }
    torch.save(state, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(path, weights_only=True)
    for name, part in (("model", agent.net), ("optimizer", agent.optimizer)):
        part.load_state_dict(state.pop(f"{name}_state_dict"))
    for name, number in state.items():
        setattr(agent, name, number)
