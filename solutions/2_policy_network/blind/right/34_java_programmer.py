# writer: a Java programmer: getters, type hints, index loops, preallocated arrays, one Sequential that shares the head
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    OBSERVATION_SIZE: int = 4

    def __init__(self, hidden_size: int = 32, n_actions: int = 2) -> None:
        super(PolicyNetwork, self).__init__()
        self.input_layer: nn.Linear = nn.Linear(in_features=self.OBSERVATION_SIZE, out_features=hidden_size)
        self.policy_head: nn.Linear = nn.Linear(in_features=hidden_size, out_features=n_actions)
        self.model: nn.Sequential = nn.Sequential(
            self.input_layer, nn.ReLU(), self.policy_head, nn.Softmax(dim=-1)
        )

    def get_policy_head(self) -> nn.Linear:
        return self.policy_head

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x)
# %% act
def choose_action(net: nn.Module, observation: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    number_of_rows: int = observation.shape[0]
    tensor: torch.Tensor = torch.from_numpy(observation).float()
    probabilities: torch.Tensor = net.forward(tensor)
    distribution: Categorical = Categorical(probs=probabilities)
    actions: torch.Tensor = distribution.sample(sample_shape=torch.Size([]))
    assert actions.shape == (number_of_rows,)
    return (actions, distribution.log_prob(value=actions))
# %% returns
def discounted_returns(rewards: list, gamma: float = 0.99) -> torch.Tensor:
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    length: int = len(rewards)
    result: np.ndarray = np.zeros(length, dtype=np.float32)
    i: int = length - 1
    while i >= 0:
        result[i] = rewards[i]
        if i + 1 < length:
            result[i] += gamma * result[i + 1]
        i -= 1
    return torch.from_numpy(result)
# %% normalise
def normalise(returns: torch.Tensor) -> torch.Tensor:
    """Returns with mean 0 and standard deviation 1, same shape."""
    shifted: torch.Tensor = returns.sub(returns.mean())
    deviation: torch.Tensor = shifted.pow(2).mean().sqrt()
    if deviation > 0:
        return shifted.div(deviation)
    return shifted
# %% loss
def policy_loss(log_probs: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """The loss of REINFORCE, a tensor with a single number."""
    product: torch.Tensor = log_probs.mul(returns)
    return product.sum().neg()
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self._log_probabilities: list[torch.Tensor] = list()
        self._rewards: list[float] = list()

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_probabilities = choose_action(self.net, observation)
        self._log_probabilities.append(log_probabilities[0])
        return actions.numpy()

    def train(self, transition):
        self._rewards.append(float(transition.reward[0]))
        if (not transition.terminated[0]) and (not transition.truncated[0]):
            return None
        returns: torch.Tensor = normalise(discounted_returns(self._rewards, self.gamma))
        log_probabilities: torch.Tensor = torch.stack(self._log_probabilities)
        loss: torch.Tensor = policy_loss(log_probabilities, returns)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return None
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
        result = choose_action(self.net, observation)
        actions: np.ndarray = np.zeros(len(observation), dtype=np.int64)
        for i in range(0, len(observation)):
            actions[i] = result[0][i].item()
        self.memory.append(result[1])
        return actions

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        number_of_rows: int = len(transition.episode)
        ended: np.ndarray = np.zeros(number_of_rows, dtype=bool)
        for i in range(0, number_of_rows):
            ended[i] = transition.terminated[i] or transition.truncated[i]
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
        loss: torch.Tensor = policy_loss(log_probs, returns)
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
def make_agent() -> SimplePolicy:
    """Return a new, untrained agent."""
    DISCOUNT: float = 0.99
    LEARNING_RATE: float = 0.025
    return SimplePolicy(DISCOUNT, LEARNING_RATE)
# %% save
class Checkpoint:
    """Reads and writes checkpoints."""

    GAMES = "games"
    MODEL = "model_state_dict"
    OPTIMIZER = "optimizer_state_dict"
    MEAN_REWARD = "mean_reward"

    @staticmethod
    def write(agent, path) -> None:
        content = dict()
        content.update({Checkpoint.GAMES: agent.games})
        content.update({Checkpoint.MODEL: agent.net.state_dict()})
        content.update({Checkpoint.OPTIMIZER: agent.optimizer.state_dict()})
        content.update({Checkpoint.MEAN_REWARD: agent.mean_reward})
        torch.save(content, path)

    @staticmethod
    def read(agent, path) -> None:
        content = torch.load(path, weights_only=True)
        agent.games = content.get(Checkpoint.GAMES)
        agent.mean_reward = content.get(Checkpoint.MEAN_REWARD)
        agent.net.load_state_dict(content.get(Checkpoint.MODEL), strict=True)
        agent.optimizer.load_state_dict(content.get(Checkpoint.OPTIMIZER))


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    Checkpoint.write(agent, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    Checkpoint.read(agent, path)
