# writer: accumulates the two gradients with two backward calls and one step

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.shared_layer = torch.nn.Linear(4, hidden_size)
        self.policy = torch.nn.Linear(hidden_size, n_actions)
        self.critic = torch.nn.Linear(hidden_size, 1)
        # a uniform policy and a critic of zero at the start
        for head in (self.policy, self.critic):
            torch.nn.init.zeros_(head.weight)
            torch.nn.init.zeros_(head.bias)

    def forward(self, x):
        shared = torch.relu(self.shared_layer(x))
        probabilities = torch.softmax(self.policy(shared), dim=1)
        values = self.critic(shared)
        return probabilities, values.reshape(-1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.Tensor(observation)
    probabilities, values = net(observation)
    distribution = Categorical(probabilities)
    actions = distribution.sample((1,))[0]
    return actions, distribution.log_prob(actions), values

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    with torch.no_grad():
        result = returns - values
    return result

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    critic_loss = F.smooth_l1_loss(values, returns)
    actor_loss = -(log_probs * advantages).mean()
    return actor_loss, critic_loss

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
        actions, log_probs, values = choose_action(self.net, observation)
        self.memory.insert(len(self.memory), SavedAction(log_probs, values))
        return actions.numpy()

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
        actor_loss, critic_loss = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        actor_loss.backward(retain_graph=True)  # gradients add up, so this is the gradient
        critic_loss.backward()  # of the sum
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
    return ACPolicy(lr=3 * 10**-2)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(obj={
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }, f=path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(f=path, weights_only=True)
    agent.optimizer.load_state_dict(state_dict=state["optimizer_state_dict"])
    agent.net.load_state_dict(state_dict=state["model_state_dict"])
    agent.mean_reward = state["mean_reward"]
    agent.games = state["games"]
