# writer: inverse transform with NumPy's generator, own layers, Huber by hand, gradients accumulated in two backwards
# %% forward
class Affine(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * inputs**-0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = Affine(4, hidden_size)
        self.policy = Affine(hidden_size, n_actions)
        self.critic = Affine(hidden_size, 1)

    def forward(self, x):
        h = self.hidden(x).clamp_min(0)
        z = self.policy(h)
        e = (z - z.max(dim=-1, keepdim=True).values).exp()
        return [e / e.sum(-1, keepdim=True), self.critic(h).flatten()]
# %% act
rng = np.random.default_rng()


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    edges = np.cumsum(probs.detach().numpy().astype(float), axis=1)
    drawn = rng.random((len(edges), 1)) * edges[:, -1:]
    actions = torch.from_numpy((drawn >= edges).sum(axis=1))
    return actions, probs.gather(1, actions[:, None])[:, 0].log(), values
# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    expected = torch.from_numpy(values.detach().numpy().copy())
    return returns - expected
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    error = (values - returns).abs()
    small = error < 1
    value_loss = torch.where(small, 0.5 * error**2, error - 0.5).mean()
    return [torch.mean(advantages * log_probs) * -1, value_loss]
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.saved = {"log_probs": [], "values": [], "rewards": []}

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, value = choose_action(self.net, observation)
        self.saved["log_probs"] += [log_prob]
        self.saved["values"] += [value]
        return action.numpy().astype(np.int32)

    def train(self, transition):
        self.saved["rewards"] += [float(transition.reward[0])]
        if not (transition.terminated[0] | transition.truncated[0]):
            return
        log_probs, values, rewards = self.saved.values()
        log_probs, values = torch.cat(log_probs), torch.cat(values)
        returns = normalise(discounted_returns(rewards, self.gamma))
        actor, critic = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        actor.backward(retain_graph=True)  # gradients add up
        critic.backward()
        self.optimizer.step()
# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.NAdam(self.net.parameters(), lr=lr)
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
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(value=value, log_prob=log_prob))
        return action.numpy().astype(np.int32)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        actor, critic = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        critic.backward(retain_graph=True)
        actor.backward()
        self.optimizer.step()

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

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = ACPolicy(gamma=0.99)
    for group in agent.optimizer.param_groups:
        group["lr"] = 0.02
    return agent
# %% save
import io
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    names = {"model_state_dict": agent.net, "optimizer_state_dict": agent.optimizer}
    content = {name: part.state_dict() for name, part in names.items()}
    content.update(games=agent.games, mean_reward=agent.mean_reward)
    torch.save(content, buffer := io.BytesIO())
    Path(path).write_bytes(buffer.getbuffer())


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    content = torch.load(io.BytesIO(Path(path).read_bytes()), weights_only=True)
    agent.net.load_state_dict(content["model_state_dict"])
    agent.optimizer.load_state_dict(content["optimizer_state_dict"])
    agent.games = content["games"]
    agent.mean_reward = content["mean_reward"]
