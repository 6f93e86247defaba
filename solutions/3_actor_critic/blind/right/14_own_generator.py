# writer: has a random generator of their own and attributes for later plots

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden_size = hidden_size
        self.n_actions = n_actions
        self.inner = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        h = self.inner(x).clamp_min(0)
        scores, value = self.policy(h), self.critic(h)
        return scores.softmax(1), value.view(x.shape[0])

# %% act
GENERATOR = torch.Generator()
GENERATOR.seed()


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    action = torch.multinomial(probs.detach(), 1, generator=GENERATOR)
    log_prob = torch.gather(probs, 1, action).log()
    return action.squeeze(1), log_prob.squeeze(1), value

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    result = returns.clone()
    result -= values.detach()
    return result

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = torch.mean(log_probs * -advantages)
    value_loss = torch.nn.functional.huber_loss(values, returns, reduction="mean", delta=1.0)
    return policy_loss, value_loss

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
        self.loss_history = []  # (policy, critic) of each update

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
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob, value))
        return action.numpy()

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
        policy_loss, value_loss = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        (policy_loss + value_loss).backward()
        self.optimizer.step()
        self.loss_history.append((policy_loss.item(), value_loss.item()))

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = ACPolicy(gamma=0.99, lr=3e-2)
    agent.name = "my first actor-critic"
    return agent

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    state = {
        name: getattr(agent, name) for name in ("games", "mean_reward")
    }
    state |= {
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
    }
    torch.save(state, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, tensor in agent.net.named_parameters():
            tensor.copy_(state["model_state_dict"][name])
    agent.optimizer.load_state_dict(state["optimizer_state_dict"])
    agent.games = state["games"]
    agent.mean_reward = state["mean_reward"]
