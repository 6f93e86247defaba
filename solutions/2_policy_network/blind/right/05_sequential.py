# writer: somebody who builds everything with nn.Sequential and shares policy_head with it
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.policy_head = nn.Linear(hidden_size, n_actions)
        self.pipeline = nn.Sequential(
            nn.Linear(4, hidden_size),
            nn.ReLU(),
            self.policy_head,
            nn.Softmax(dim=-1),
        )

    def forward(self, x):
        return self.pipeline(x)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.tensor(observation, dtype=torch.float32))
    dist = Categorical(probs=probs)
    action = dist.sample()
    return action, dist.logits.gather(-1, action.unsqueeze(-1)).squeeze(-1)
# %% returns
from itertools import accumulate


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    backwards = accumulate(reversed(rewards), lambda following, reward: reward + gamma * following)
    return torch.tensor(list(backwards), dtype=torch.float).flip(0)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.layer_norm(returns, returns.shape, eps=1e-10)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.sum(log_probs * -returns)
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
        self.memory.append(log_probs)
        return actions.detach().cpu().numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.any([transition.terminated, transition.truncated], axis=0)
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
        self.net.zero_grad()
        loss = policy_loss(log_probs, returns)
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
    settings = {"gamma": 0.99, "lr": 3e-2}
    return SimplePolicy(**settings)
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
        state = torch.load(file, weights_only=True)
    agent.net.load_state_dict(state.pop("model_state_dict"))
    agent.optimizer.load_state_dict(state.pop("optimizer_state_dict"))
    for name, value in state.items():
        setattr(agent, name, value)
