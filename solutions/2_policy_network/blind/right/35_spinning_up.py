# writer: writes as OpenAI's Spinning Up: mlp builder, lfilter-like reward-to-go, buffer object, loss from weights
# %% forward
def mlp(sizes, activation=nn.ReLU, output_activation=nn.Identity):
    layers = []
    for j in range(len(sizes) - 1):
        act = activation if j < len(sizes) - 2 else output_activation
        layers += [nn.Linear(sizes[j], sizes[j + 1]), act()]
    return nn.Sequential(*layers)


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.logits_net = mlp([4, hidden_size, n_actions])
        self.policy_head = self.logits_net[-2]

    def get_policy(self, obs):
        return Categorical(logits=self.logits_net(obs))

    def forward(self, x):
        return self.get_policy(x).probs
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    pi = net.get_policy(torch.as_tensor(observation, dtype=torch.float32))
    a = pi.sample().to(torch.int32)
    return a, pi.log_prob(a)
# %% returns
def reward_to_go(rews, gamma):
    rtgs = [0] * len(rews)
    for i in reversed(range(len(rews))):
        rtgs[i] = rews[i] + gamma * (rtgs[i + 1] if i + 1 < len(rews) else 0)
    return rtgs


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    return torch.as_tensor(np.array(reward_to_go(list(rewards), gamma), dtype=float))
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    centred = returns - returns.mean()
    rms = torch.linalg.vector_norm(centred) / np.sqrt(len(returns))
    return torch.nan_to_num(centred / rms, nan=0.0, posinf=0.0, neginf=0.0)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    weights = torch.as_tensor(returns, dtype=torch.float32)
    return -(log_probs * weights).mean(dim=0, keepdim=True)
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam([{'params': self.net.parameters(), 'lr': lr}])
        self.gamma = gamma

    def start_episode(self, observation):
        self.ep_logp, self.ep_rews = [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        a, logp = choose_action(self.net, observation)
        self.ep_logp.extend(logp)
        return a.numpy().astype(np.int64)

    def train(self, transition):
        self.ep_rews.extend(float(r) for r in transition.reward)
        if transition.terminated[0] | transition.truncated[0]:
            weights = normalise(discounted_returns(self.ep_rews, self.gamma))
            self.optimizer.zero_grad()
            batch_loss = policy_loss(torch.stack(self.ep_logp), weights)
            batch_loss.backward()
            self.optimizer.step()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam([{'params': self.net.parameters(), 'lr': lr}])
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
        a, logp = choose_action(self.net, observation)
        self.memory.append(logp)
        return a.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.where(transition.terminated, True, transition.truncated)
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
        batch_loss = policy_loss(log_probs, returns)
        batch_loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
class TunedPolicy(SimplePolicy):
    """SimplePolicy with hyperparameters for batches of 64."""

    def __init__(self, gamma=0.99, lr=3e-2):
        super().__init__(gamma=gamma, lr=lr)


def make_agent():
    """Return a new, untrained agent."""
    return TunedPolicy()
# %% save
import io


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    buffer = io.BytesIO()
    torch.save(
        {
            "games": int(agent.games),
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": None if agent.mean_reward is None else float(agent.mean_reward),
        },
        buffer,
    )
    with open(path, "wb") as file:
        file.write(buffer.getvalue())


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        ckpt = torch.load(io.BytesIO(file.read()), weights_only=True)
    agent.net.load_state_dict(ckpt["model_state_dict"])
    agent.optimizer.load_state_dict(ckpt["optimizer_state_dict"])
    agent.games, agent.mean_reward = ckpt["games"], ckpt["mean_reward"]
