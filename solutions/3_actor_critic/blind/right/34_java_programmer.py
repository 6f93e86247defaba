# writer: a Java programmer: type hints, getters, two Sequentials that share the hidden layer, index loops
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    OBSERVATION_SIZE: int = 4

    def __init__(self, hidden_size: int = 128, n_actions: int = 2) -> None:
        super(ActorCriticNetwork, self).__init__()
        self.hidden: nn.Linear = nn.Linear(in_features=self.OBSERVATION_SIZE, out_features=hidden_size)
        self.policy: nn.Linear = nn.Linear(in_features=hidden_size, out_features=n_actions)
        self.critic: nn.Linear = nn.Linear(in_features=hidden_size, out_features=1)
        # both share the hidden layer
        self.actor_model = nn.Sequential(self.hidden, nn.ReLU(), self.policy, nn.Softmax(dim=-1))
        self.critic_model = nn.Sequential(self.hidden, nn.ReLU(), self.critic, nn.Flatten(0))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return (self.actor_model(x), self.critic_model(x))
# %% act
def choose_action(net: nn.Module, observation: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """An action, its log-probability and the value for each row, (n,) each."""
    tensor: torch.Tensor = torch.from_numpy(observation).float()
    result = net.forward(tensor)
    distribution: Categorical = Categorical(probs=result[0])
    actions: torch.Tensor = distribution.sample(sample_shape=torch.Size([]))
    return (actions, distribution.log_prob(value=actions), result[1])
# %% advantage
def advantage(returns: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """How much better each step went than the critic expected, (steps,); no gradient."""
    result: torch.Tensor = torch.empty(len(returns), dtype=returns.dtype)
    expected: torch.Tensor = values.clone().detach()
    for i in range(0, len(returns)):
        result[i] = returns[i] - expected[i]
    return result
# %% losses
def losses(
    log_probs: torch.Tensor, advantages: torch.Tensor, values: torch.Tensor, returns: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss: torch.Tensor = advantages.mul(log_probs).sum().neg()
    critic_loss: torch.Tensor = nn.SmoothL1Loss(reduction="sum", beta=1.0)(values, returns)
    return (policy_loss, critic_loss)
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self._log_probabilities: list[torch.Tensor] = list()
        self._values: list[torch.Tensor] = list()
        self._rewards: list[float] = list()

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        result = choose_action(self.net, observation)
        self._log_probabilities.append(result[1][0])
        self._values.append(result[2][0])
        return result[0].numpy()

    def train(self, transition):
        self._rewards.append(float(transition.reward[0]))
        if (not transition.terminated[0]) and (not transition.truncated[0]):
            return None
        returns: torch.Tensor = normalise(discounted_returns(self._rewards, self.gamma))
        log_probabilities: torch.Tensor = torch.stack(self._log_probabilities)
        values: torch.Tensor = torch.stack(self._values)
        both = losses(log_probabilities, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        both[0].backward(retain_graph=True)
        both[1].backward()
        self.optimizer.step()
        return None
# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probs.argmax(dim=-1).numpy()  # (n,)
        result = choose_action(self.net, observation)
        actions: np.ndarray = np.zeros(len(observation), dtype=np.int64)
        for i in range(0, len(observation)):
            actions[i] = result[0][i].item()
        self.memory.append(SavedAction(result[1], result[2]))
        return actions

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated  # (n,)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma)
        return log_probs, values, normalise(returns)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        advantages: torch.Tensor = advantage(returns, values)
        both = losses(log_probs, advantages, values, returns)
        self.optimizer.zero_grad()
        both[0].backward(retain_graph=True)
        both[1].backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent() -> ACPolicy:
    """Return a new, untrained agent."""
    DISCOUNT: float = 0.99
    LEARNING_RATE: float = 0.025
    return ACPolicy(DISCOUNT, LEARNING_RATE)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    content = dict()
    content.update({"games": agent.games})
    content.update({"model_state_dict": agent.net.state_dict()})
    content.update({"optimizer_state_dict": agent.optimizer.state_dict()})
    content.update({"mean_reward": agent.mean_reward})
    torch.save(content, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    content = torch.load(path, weights_only=True)
    agent.games = content.get("games")
    agent.mean_reward = content.get("mean_reward")
    agent.net.load_state_dict(content.get("model_state_dict"), strict=True)
    agent.optimizer.load_state_dict(content.get("optimizer_state_dict"))
