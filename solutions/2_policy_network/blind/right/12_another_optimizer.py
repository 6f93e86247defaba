# writer: somebody who takes up the offer to choose another optimizer (AdamW) and orthogonal weights
# %% forward
def orthogonal(layer, gain):
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.constant_(layer.bias, 0.0)
    return layer


class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.trunk = orthogonal(nn.Linear(4, hidden_size), np.sqrt(2))
        self.policy_head = orthogonal(nn.Linear(hidden_size, n_actions), 0.01)

    def forward(self, x):
        return F.softmax(self.policy_head(F.relu(self.trunk(x))), dim=-1)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    device = next(net.parameters()).device
    observation = torch.as_tensor(observation, dtype=torch.float32, device=device)
    dist = Categorical(probs=net(observation))
    action = dist.sample()
    logprob = dist.log_prob(action)
    return action, logprob
# %% returns
@torch.no_grad()
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    T = len(rewards)
    returns = torch.zeros(T + 1)  # one more: nothing comes after the end
    for t in reversed(range(T)):
        returns[t] = rewards[t] + gamma * returns[t + 1]
    return returns[:T]
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()).div(returns.std(correction=0).add(1e-8))
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    pg_loss = (-returns * log_probs).mean()
    return pg_loss
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, eps=1e-5, weight_decay=0.0)
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
        ended = np.logical_or.reduce([transition.terminated, transition.truncated])
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
def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(gamma=0.99, lr=3e-2)
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
    # a new net needs an optimizer that knows its weights
    net = PolicyNetwork()
    net.load_state_dict(checkpoint["model_state_dict"])
    optimizer = torch.optim.AdamW(net.parameters(), eps=1e-5, weight_decay=0.0)
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.net, agent.optimizer = net, optimizer
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
