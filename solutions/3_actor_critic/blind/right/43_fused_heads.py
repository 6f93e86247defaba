# writer: fused matrix multiplication of both heads, plain and terse, mixin for learning, double-precision losses
# %% forward
class ActorCriticNetwork(nn.Module):
    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.input = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        # both heads in one multiplication
        weight = torch.cat([self.policy.weight, self.critic.weight])
        bias = torch.cat([self.policy.bias, self.critic.bias])
        out = F.linear(F.relu(self.input(x)), weight, bias)
        return out[:, :-1].softmax(dim=-1), out[:, -1]
# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    with torch.no_grad():
        # a race of exponential clocks: the first to ring wins with its probability
        actions = (torch.empty_like(probs).exponential_() / probs).argmin(dim=1).int()
    log_probs = Categorical(probs).log_prob(actions.long())
    return [*{"actions": actions, "log_probs": log_probs, "values": values}.values()]
# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    with torch.no_grad():
        return torch.stack([returns, -values]).sum(dim=0)
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    log_probs, advantages, values, returns = (t.double() for t in (log_probs, advantages, values, returns))
    e = values - returns
    far = (e.detach().abs() >= 1).double()
    critic = (far * (e.abs() - 0.5) + (1 - far) * e * e / 2).mean()
    return -(advantages * log_probs).mean(), critic
# %% first_agent
class Learning:
    """One optimizer step for both losses."""

    def learn(self, log_probs, values, returns):
        actor, critic = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        (actor + critic).backward()
        self.optimizer.step()


class FirstActorCritic(Learning, AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(params=self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs = self.values = self.rewards = None
        self.log_probs, self.values, self.rewards = [], [], []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, value = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        self.values.append(value)
        return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] + transition.truncated[0]:
            self.learn(
                torch.concatenate(self.log_probs),
                torch.concatenate(self.values),
                normalise(discounted_returns(self.rewards, self.gamma)),
            )
# %% update
import collections

SavedAction = collections.namedtuple("SavedAction", "log_prob value")


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(params=self.net.parameters(), lr=lr)
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
        action, *saved = choose_action(self.net, observation)
        self.memory.append(SavedAction(*saved))
        return action.numpy()

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        actor, critic = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        (actor + critic).backward()
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

    class Mine(ACPolicy):
        def __init__(self, gamma=0.99, lr=3e-2):
            super().__init__(gamma, lr)

    return Mine()
# %% save
import shutil
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    path = Path(path)
    beside = path.with_suffix(path.suffix + ".part")
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        beside,
    )
    shutil.move(beside, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(Path(path), weights_only=True)
    agent.__dict__ |= {name: saved[name] for name in ("games", "mean_reward")}
    agent.net.load_state_dict(saved["model_state_dict"])
    agent.optimizer.load_state_dict(saved["optimizer_state_dict"])
