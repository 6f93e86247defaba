# writer: a numerical analyst: a linear layer of her own (transposed matrix), log-sum-exp, einsum, double precision for the returns, Toeplitz matrix of discounts
# %% forward
class Affine(nn.Module):
    """x -> x M + c, the matrix stored the way it is written on paper: (inputs, outputs)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.M = nn.Parameter(torch.randn(inputs, outputs) / inputs**0.5)
        self.c = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return torch.einsum("...i,io->...o", x, self.M) + self.c


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.features = Affine(4, hidden_size)
        self.policy_head = Affine(hidden_size, n_actions)

    def forward(self, x):
        z = self.policy_head(self.features(x).clamp(min=0.0))
        return torch.exp(z - z.logsumexp(dim=-1, keepdim=True))


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    s = torch.from_numpy(np.array(observation, dtype=np.float32))
    p = net(s)
    a = Categorical(probs=p).sample()  # (n,)
    # log of the entry that was drawn; p is strictly positive
    return a, torch.take_along_dim(p, a[:, None], dim=1)[:, 0].log()


# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    r = torch.tensor(rewards, dtype=torch.float64)
    k = torch.arange(len(r))
    lag = k[None, :] - k[:, None]  # (t, s): how far s lies in the future of t
    D = torch.tensor(float(gamma), dtype=torch.float64) ** lag.clamp(min=0)
    return torch.where(lag >= 0, D, 0.0).to(torch.float64) @ r


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    centred = returns - returns.mean()
    scale = centred.square().mean().sqrt()
    tiny = torch.finfo(returns.dtype).eps
    return centred / (scale + tiny)


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -torch.einsum("t,t->", log_probs, returns.to(log_probs.dtype)) / log_probs.numel()


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.ell = []  # log pi(a_t | s_t)
        self.r = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        a, ell = choose_action(self.net, observation)
        self.ell.append(ell)
        return a.numpy()

    def train(self, transition):
        self.r.append(transition.reward[0].item())
        if not (transition.terminated[0] | transition.truncated[0]):
            return
        G = normalise(discounted_returns(self.r, self.gamma))
        L = policy_loss(torch.hstack(self.ell), G)
        self.optimizer.zero_grad(set_to_none=False)
        L.backward()
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
        a, ell = choose_action(self.net, observation)
        self.memory.append(ell)
        return np.asarray(a)

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
        L = policy_loss(log_probs, returns)
        self.optimizer.zero_grad()
        L.backward()
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
    return SimplePolicy(lr=0.03)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    greedy = np.array(
        [[111, 82, 116, 106, 59], [334, 460, 249, 212, 249], [59, 74, 131, 153, 79]]
    )
    training = np.array([[98.2, 113.6, 135.8, 94.1, 98.6], [88.3, 95.8, 144.2, 94.6, 56.8]])
    middles = np.sort(greedy, axis=1)[:, 1:4].mean(axis=1)
    misled = [
        int(np.greater.outer(training[1], training[0]).sum()),
        int(np.greater.outer(greedy[2], greedy[1]).sum()),
        int(np.greater.outer(greedy[2], greedy[0]).sum()),
    ]
    return {"middles": middles.tolist(), "misled": misled}


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    with open(path, "wb") as file:
        torch.save(
            {
                "games": agent.games,
                "model_state_dict": agent.net.state_dict(),
                "optimizer_state_dict": agent.optimizer.state_dict(),
                "mean_reward": agent.mean_reward,
            },
            file,
        )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        content = torch.load(file, weights_only=True)
    agent.net.load_state_dict(content["model_state_dict"])
    agent.optimizer.load_state_dict(content["optimizer_state_dict"])
    agent.games = content["games"]
    agent.mean_reward = content["mean_reward"]
