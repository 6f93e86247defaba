# writer: somebody who learned from Spinning Up (mlp builder, _distribution, reward_to_go, logp, compute_loss)
# %% forward
def mlp(sizes, activation, output_activation=nn.Identity):
    layers = []
    for j in range(len(sizes) - 1):
        act = activation if j < len(sizes) - 2 else output_activation
        layers += [nn.Linear(sizes[j], sizes[j + 1]), act()]
    return nn.Sequential(*layers)


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.pi_body = mlp([4, hidden_size], nn.ReLU, output_activation=nn.ReLU)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def _distribution(self, obs):
        return Categorical(logits=self.policy_head(self.pi_body(obs)))

    def forward(self, x):
        return self._distribution(x).probs


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    obs = torch.as_tensor(observation, dtype=torch.float32)
    pi = net._distribution(obs)
    a = pi.sample()
    logp_a = pi.log_prob(a)
    return a, logp_a


# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    n = len(rewards)
    rtgs = np.zeros(n, dtype=np.float32)
    for i in reversed(range(n)):
        rtgs[i] = rewards[i] + (gamma * rtgs[i + 1] if i + 1 < n else 0)
    return torch.as_tensor(rtgs, dtype=torch.float32)


# %% normalise
def statistics_scalar(x):
    n = x.numel()
    mean = x.sum() / n
    std = torch.sqrt(((x - mean) ** 2).sum() / n)
    return mean, std


def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    ret_mean, ret_std = statistics_scalar(returns)
    return (returns - ret_mean) / (ret_std + 1e-8)


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    logp, weights = log_probs, returns
    return -(logp * weights).mean()


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.ep_logp, self.ep_rews = [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        a, logp_a = choose_action(self.net, observation)
        self.ep_logp.append(logp_a)
        return a.numpy()

    def compute_loss_pi(self):
        weights = normalise(discounted_returns(self.ep_rews, gamma=self.gamma))
        return policy_loss(torch.cat(self.ep_logp), weights)

    def train(self, transition):
        rew, = transition.reward
        terminal, = transition.terminated
        timeout, = transition.truncated
        self.ep_rews.append(float(rew))
        if terminal or timeout:
            # take a single policy gradient update step
            self.optimizer.zero_grad()
            batch_loss = self.compute_loss_pi()
            batch_loss.backward()
            self.optimizer.step()
            self.ep_logp, self.ep_rews = [], []


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
        a, logp_a = choose_action(self.net, observation)
        self.memory.append(logp_a)
        return a.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = (transition.terminated + transition.truncated) > 0
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
        self.optimizer.zero_grad()
        loss_pi = policy_loss(log_probs, returns)
        loss_pi.backward()
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
    ac_kwargs = dict(gamma=0.99, lr=3e-2)
    return SimplePolicy(**ac_kwargs)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    greedy_small, greedy_ours, greedy_large = (
        np.array([111, 82, 116, 106, 59]),
        np.array([334, 460, 249, 212, 249]),
        np.array([59, 74, 131, 153, 79]),
    )
    train_ours = np.array([98.2, 113.6, 135.8, 94.1, 98.6])
    train_large = np.array([88.3, 95.8, 144.2, 94.6, 56.8])

    def iqm(x):
        cut = len(x) // 4
        return float(np.sort(x)[cut : len(x) - cut].mean())

    return dict(
        middles=[iqm(greedy_small), iqm(greedy_ours), iqm(greedy_large)],
        misled=[
            int(np.sum(train_large[:, None] > train_ours)),
            int(np.sum(greedy_large[:, None] > greedy_ours)),
            int(np.sum(greedy_large[:, None] > greedy_small)),
        ],
    )


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        dict(
            games=agent.games,
            model_state_dict=agent.net.state_dict(),
            optimizer_state_dict=agent.optimizer.state_dict(),
            mean_reward=agent.mean_reward,
        ),
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(path, weights_only=True)
    agent.games, agent.mean_reward = state["games"], state["mean_reward"]
    agent.net.load_state_dict(state["model_state_dict"])
    agent.optimizer.load_state_dict(state["optimizer_state_dict"])
    return agent
