# writer: uses raw parameters with functional calls, keyword-only helpers, manual optimizer steps, star arguments
# %% forward
class Dense(torch.nn.Module):
    def __init__(self, *, inputs, units):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.empty(units, inputs).normal_(0, 0.3)))
        self.register_parameter("bias", nn.Parameter(torch.empty(units).uniform_(-0.1, 0.1)))

    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight.t())


class PolicyNetwork(nn.Module):
    def __init__(self, hidden_size=32, n_actions=2, **more):
        super().__init__(**more)
        self.add_module("first", Dense(inputs=4, units=hidden_size))
        self.add_module("policy_head", Dense(inputs=hidden_size, units=n_actions))

    def forward(self, x, *, temperature=1.0):
        z = self.policy_head(torch.maximum(self.first(x), torch.zeros(())))
        return (z / temperature).softmax(dim=-1)
# %% act
def choose_action(net, observation, **options):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = torch.func.functional_call(
        net, dict(net.named_parameters()), (torch.tensor(observation, dtype=torch.float32),)
    )
    categorical = Categorical(logits=probs.clamp_min(1e-30).log(), **options)
    action = categorical.sample(torch.Size())
    return action, categorical.log_prob(action)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """Divide and conquer: the returns of both halves, then the right one is added to the left."""

    def solve(part):
        if len(part) <= 1:
            return torch.tensor(part, dtype=torch.float64)
        middle = len(part) // 2
        left, right = solve(part[:middle]), solve(part[middle:])
        distance = torch.arange(middle, 0, -1, dtype=torch.float64)
        return torch.cat([left + gamma**distance * right[0], right])

    return solve(list(rewards)).to(torch.float32)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1 (of a sample), same shape."""
    shifted = returns - returns.mean()
    if len(returns) == 1:
        return shifted
    return shifted / (returns.std() + 1e-9)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return torch.inner(log_probs, -returns.to(log_probs))
# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, betas=(0.9, 0.99), foreach=False)
        self.gamma = gamma

    def start_episode(self, observation):
        self.steps = ([], [])  # log-probabilities, rewards

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, *rest = choose_action(self.net, observation)
        self.steps[0].extend(rest)
        return np.asarray(action)

    def train(self, transition):
        self.steps[1].append(float(transition.reward[0]))
        if max(transition.terminated[0], transition.truncated[0]):
            log_probs, rewards = self.steps
            loss = policy_loss(
                torch.stack(log_probs).reshape(-1), normalise(discounted_returns(rewards, self.gamma))
            )
            for parameter in self.net.parameters():
                parameter.grad = None
            torch.autograd.backward(loss)
            self.optimizer.step()
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net, self.gamma = PolicyNetwork(), gamma
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, betas=(0.9, 0.99), foreach=False)
        self.games, self.mean_reward = 0, None

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []
        self.episodes = []
        self.rewards = [[] for _ in range(n)]
        self.running = n

    def act(self, observation, explore=True):
        if explore:
            action, *rest = choose_action(self.net, observation)
            self.memory.extend(rest)
            return np.asarray(action)
        with torch.inference_mode():
            return self.net(torch.as_tensor(observation, dtype=torch.float32)).argmax(dim=-1).numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = np.maximum(transition.terminated, transition.truncated)
        self.running -= sum(ended.tolist())
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        for parameter in self.net.parameters():
            parameter.grad = None
        torch.autograd.backward([policy_loss(log_probs, returns)])
        self.optimizer.step()

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent(*, kind=None):
    """Return a new, untrained agent."""
    return (kind or SimplePolicy)(gamma=0.98, lr=3e-2)
# %% save
def save_agent(agent, path, *, protocol=2):
    """Write everything that the agent needs to continue into a file."""
    with torch.no_grad():
        weights = {name: tensor.clone() for name, tensor in agent.net.state_dict().items()}
    with open(path, mode="wb") as file:
        torch.save(
            {
                "games": int(agent.games),
                "model_state_dict": weights,
                "optimizer_state_dict": agent.optimizer.state_dict(),
                "mean_reward": None if agent.mean_reward is None else float(agent.mean_reward),
            },
            file,
            pickle_protocol=protocol,
        )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, tensor in agent.net.state_dict().items():
            tensor.copy_(saved["model_state_dict"][name])
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
    agent.games = saved["games"]
    agent.mean_reward = saved["mean_reward"]
