# writer: gives the optimizer a closure and zeroes gradients after the step elsewhere

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        make = nn.Linear
        self.common = make(4, hidden_size)
        self.policy = make(hidden_size, n_actions)
        self.critic = make(hidden_size, 1)

    def forward(self, x):
        h = F.relu(F.linear(x, self.common.weight, self.common.bias), inplace=True)
        policy = F.log_softmax(self.policy(h), dim=-1).exp()
        return policy, self.critic(h).sum(dim=-1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    x = torch.as_tensor(observation, dtype=torch.float32)
    out = net(x)
    action = torch.multinomial(out[0], 1, replacement=True)[:, 0]
    log_prob = -F.nll_loss(out[0].clamp_min(1e-30).log(), action, reduction="none")
    return action, log_prob, out[1]

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - values.data

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return tuple(
        loss.mean() for loss in (-advantages * log_probs, F.smooth_l1_loss(values, returns, reduction="none"))
    )

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
        action, log_prob, value = choose_action(self.net, observation)
        self.memory += (SavedAction(log_prob, value),)
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
        def closure():
            self.optimizer.zero_grad()
            policy_loss, value_loss = losses(log_probs, advantage(returns, values), values, returns)
            total = policy_loss + value_loss
            total.backward()
            return total

        self.optimizer.step(closure)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
from functools import partial

make_agent = partial(ACPolicy, gamma=0.99, lr=3e-2)

# %% save
import io
import pathlib


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    buffer = io.BytesIO()
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        buffer,
    )
    pathlib.Path(path).write_bytes(buffer.getvalue())


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    buffer = io.BytesIO(pathlib.Path(path).read_bytes())
    checkpoint = torch.load(buffer, weights_only=True)
    agent.games = checkpoint["games"]
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.mean_reward = checkpoint["mean_reward"]
