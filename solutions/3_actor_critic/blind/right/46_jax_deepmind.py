# writer: comes from Haiku, Acme and JAX: own linear layer with (in, out) weights, namedtuples, pure functions, gradients as values
# %% forward
class Linear(nn.Module):
    """As hk.Linear: weight (n_in, n_out), truncated normal, bias zero."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))
        scale = n_in**-0.5
        nn.init.trunc_normal_(self.weight, std=scale, a=-2 * scale, b=2 * scale)

    def forward(self, x):
        return x @ self.weight + self.bias


class NetworkOutput(NamedTuple):
    probs: torch.Tensor
    value: torch.Tensor


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.torso = Linear(4, hidden_size)
        self.policy = Linear(hidden_size, n_actions)
        self.critic = Linear(hidden_size, 1)

    def forward(self, x):
        embedding = torch.relu(self.torso(x))
        return NetworkOutput(
            probs=torch.softmax(self.policy(embedding), dim=-1),
            value=self.critic(embedding).squeeze(dim=-1),
        )

# %% act
def gumbel_like(x):
    return -torch.empty_like(x).exponential_().log()


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    with torch.no_grad():
        action = torch.argmax(probs.log() + gumbel_like(probs), dim=-1)
    log_prob = torch.take_along_dim(probs, action[:, None], dim=-1)[:, 0].log()
    return action, log_prob, value

# %% advantage
def stop_gradient(x):
    return x.detach()


def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return stop_gradient(returns) - stop_gradient(values)

# %% losses
def huber_loss(x, delta=1.0):
    # 0.5 * x^2                  if |x| <= d
    # 0.5 * d^2 + d * (|x| - d)  if |x| > d
    abs_x = x.abs()
    quadratic = abs_x.clamp(max=delta)
    linear = abs_x - quadratic
    return 0.5 * quadratic**2 + delta * linear


def policy_gradient_loss(log_probs, advantages):
    return -torch.mean(advantages * log_probs)


def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return (
        policy_gradient_loss(log_probs, advantages),
        torch.mean(huber_loss(returns - values)),
    )

# %% first_agent
class Trajectory(NamedTuple):
    log_probs: list
    values: list
    rewards: list


def trajectory_loss(trajectory, gamma):
    log_probs, values = torch.cat(trajectory.log_probs), torch.cat(trajectory.values)
    returns = normalise(discounted_returns(trajectory.rewards, gamma))
    return sum(losses(log_probs, advantage(returns, values), values, returns))


def apply_gradients(optimizer, params, grads):
    for param, grad in zip(params, grads):
        param.grad = grad
    optimizer.step()


class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.trajectory = Trajectory([], [], [])

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, value = choose_action(self.net, observation)
        self.trajectory.log_probs.append(log_prob)
        self.trajectory.values.append(value)
        return action.numpy()

    def train(self, transition):
        self.trajectory.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            params = list(self.net.parameters())
            loss = trajectory_loss(self.trajectory, self.gamma)
            grads = torch.autograd.grad(loss, params, allow_unused=True)
            apply_gradients(self.optimizer, params, grads)

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


def gradients(loss, params):
    return torch.autograd.grad(loss, params, allow_unused=True)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.params = tuple(self.net.parameters())
        self.optimizer = torch.optim.Adam(self.params, lr=lr)
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
        action, *rest = choose_action(self.net, observation)
        self.memory = [*self.memory, SavedAction(*rest)]
        return np.asarray(action)

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
        for param, grad in zip(self.params, gradients(actor_loss + critic_loss, self.params)):
            param.grad = grad
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
class Hyperparameters(NamedTuple):
    gamma: float = 0.99
    lr: float = 3e-2


def make_agent(config=Hyperparameters()):
    """Return a new, untrained agent."""
    return ACPolicy(**config._asdict())

# %% save
def to_pytree(agent):
    return {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(to_pytree(agent), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    tree = torch.load(path, weights_only=True)
    agent.net.load_state_dict(tree.pop("model_state_dict"))
    agent.optimizer.load_state_dict(tree.pop("optimizer_state_dict"))
    vars(agent).update(tree)
    return agent
