# writer: somebody who likes deques and appendleft, keeps extra histories in the agent
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.policy_head = nn.Linear(hidden_size, n_actions)
        self.hidden = nn.Linear(4, hidden_size)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.policy_head(self.hidden(x).clamp(min=0)).softmax(dim=1)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    state = torch.as_tensor(np.asarray(observation)).float()
    policy = Categorical(net(state))
    with torch.no_grad():
        action = policy.sample()
    return action, policy.log_prob(action)
# %% returns
from collections import deque


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    todo = deque(rewards)
    returns = deque()
    while todo:
        returns.appendleft(todo.pop() + gamma * (returns[0] if returns else 0.0))
    return torch.tensor(list(returns), dtype=torch.float32)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    result = returns.clone()
    result -= result.mean()
    result /= result.std(correction=0) + 1e-8
    return result
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    weighted = log_probs * returns
    return weighted.mean().mul(-1)
# %% update
from collections import deque


class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores
        self.last_losses = deque(maxlen=100)
        self.last_scores = deque(maxlen=100)

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
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return action.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = ~(~transition.terminated & ~transition.truncated)
        self.running -= ended.sum()
        for episode in transition.episode[ended]:
            self.last_scores.append(len(self.rewards[episode]))
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
        loss = policy_loss(log_probs, returns)
        loss.backward()
        self.last_losses.append(float(loss))
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
    new = SimplePolicy(gamma=0.99, lr=3e-2)
    return new
# %% save
from operator import itemgetter


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    net, optimizer = agent.net, agent.optimizer
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": net.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        f=path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    get = itemgetter("games", "model_state_dict", "optimizer_state_dict", "mean_reward")
    games, model, optimizer, mean_reward = get(torch.load(path, weights_only=True))
    agent.games = games
    agent.mean_reward = mean_reward
    agent.net.load_state_dict(model)
    agent.optimizer.load_state_dict(optimizer)
