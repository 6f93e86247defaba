# writer: somebody who copies the style of CleanRL (layer_init, get_logits, orthogonal weights, b_ names, Args dataclass)
# %% forward
def layer_init(layer, std=np.sqrt(2), bias_const=0.0):
    torch.nn.init.orthogonal_(layer.weight, std)
    torch.nn.init.constant_(layer.bias, bias_const)
    return layer


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.network = nn.Sequential(
            layer_init(nn.Linear(4, hidden_size)),
            nn.ReLU(),
        )
        self.policy_head = layer_init(nn.Linear(hidden_size, n_actions), std=0.01)

    def get_logits(self, x):
        return self.policy_head(self.network(x))

    def forward(self, x):
        return torch.softmax(self.get_logits(x), dim=-1)


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    next_obs = torch.Tensor(observation)
    logits = net.get_logits(next_obs)
    probs = Categorical(logits=logits)
    action = probs.sample()
    return action, probs.log_prob(action)


# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    b_rewards = torch.tensor(rewards, dtype=torch.float32)
    returns = torch.zeros_like(b_rewards)
    next_return = 0.0
    for t in reversed(range(len(b_rewards))):
        returns[t] = next_return = b_rewards[t] + gamma * next_return
    return returns


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()) / (returns.std(unbiased=False) + 1e-8)


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    pg_loss = (-returns * log_probs).mean()
    return pg_loss


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-5)
        self.gamma = gamma

    def start_episode(self, observation):
        self.logprobs = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, logprob = choose_action(self.net, observation)
        self.logprobs.append(logprob)
        return action.cpu().numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        next_done = np.logical_or(transition.terminated, transition.truncated)
        if not next_done[0]:
            return

        # flatten the batch
        b_logprobs = torch.cat(self.logprobs).reshape(-1)
        b_returns = normalise(discounted_returns(self.rewards, self.gamma))

        loss = policy_loss(b_logprobs, b_returns)

        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-5)
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
        action, logprob = choose_action(self.net, observation)
        self.memory.append(logprob)
        return action.cpu().numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.logical_or(transition.terminated, transition.truncated)
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
        loss = policy_loss(log_probs, returns)
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
from dataclasses import dataclass


@dataclass
class Args:
    learning_rate: float = 3e-2
    """the learning rate of the optimizer"""
    gamma: float = 0.99
    """the discount factor gamma"""


def make_agent():
    """Return a new, untrained agent."""
    args = Args()
    return SimplePolicy(gamma=args.gamma, lr=args.learning_rate)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    greedy = {
        0.003: [111, 82, 116, 106, 59],
        0.03: [334, 460, 249, 212, 249],
        0.3: [59, 74, 131, 153, 79],
    }
    training = {
        0.003: [35.9, 33.8, 36.0, 38.4, 36.2],
        0.03: [98.2, 113.6, 135.8, 94.1, 98.6],
        0.3: [88.3, 95.8, 144.2, 94.6, 56.8],
    }

    def iqm(scores):
        return np.mean(np.sort(scores)[1:-1])

    def misled(high, low):
        return sum(a > b for a in high for b in low)

    return {
        "middles": [iqm(greedy[lr]) for lr in (0.003, 0.03, 0.3)],
        "misled": [
            misled(training[0.3], training[0.03]),
            misled(greedy[0.3], greedy[0.03]),
            misled(greedy[0.3], greedy[0.003]),
        ],
    }


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    checkpoint = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(checkpoint, path)
    print(f"model saved to {path}")


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, map_location=torch.device("cpu"), weights_only=True)
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
