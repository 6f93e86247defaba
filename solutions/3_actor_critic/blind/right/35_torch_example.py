# writer: writes as the pytorch/examples actor_critic.py: mixed lists, per-head parameter groups, int32 actions, a subclass for make_agent
# %% forward
class Policy(nn.Module):
    """Everything but the heads."""

    def __init__(self, hidden_size):
        super().__init__()
        self.affine1 = nn.Linear(4, hidden_size)

    def features(self, x):
        return F.relu(self.affine1(x))


class ActorCriticNetwork(Policy):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__(hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        x = self.features(x)
        state_values = F.linear(x, self.critic.weight, self.critic.bias).reshape(x.shape[:-1])
        return F.softmax(F.linear(x, self.policy.weight, self.policy.bias), dim=-1), state_values
# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    state = torch.from_numpy(observation).float()
    h = net.features(state)
    m = Categorical(logits=net.policy(h))
    action = m.sample().to(torch.int32)
    return action, m.log_prob(action), net.critic(h).squeeze(-1)
# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.tensor([R - value.item() for R, value in zip(returns.tolist(), values)], dtype=returns.dtype)
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_losses = []
    value_losses = []
    for log_prob, adv, value, R in zip(log_probs, advantages, values, returns):
        policy_losses.append(-log_prob * adv)
        value_losses.append(F.smooth_l1_loss(value.reshape(1), R.reshape(1)))
    return torch.stack(policy_losses).sum(), torch.stack(value_losses).sum()
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.saved_log_probs = []
        self.saved_values = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, state_value = choose_action(self.net, observation)
        self.saved_log_probs.extend(log_prob)
        self.saved_values.extend(state_value)
        return action.numpy().astype(np.int64)

    def train(self, transition):
        self.rewards.extend(float(r) for r in transition.reward)
        if transition.terminated[0] | transition.truncated[0]:
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            values = torch.stack(self.saved_values)
            policy_loss, value_loss = losses(
                torch.stack(self.saved_log_probs), advantage(returns, values), values, returns
            )
            self.optimizer.zero_grad()
            loss = torch.stack([policy_loss.reshape(()), value_loss.reshape(())]).sum()
            loss.backward()
            self.optimizer.step()
            del self.saved_log_probs[:], self.saved_values[:], self.rewards[:]
# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam([{'params': [p], 'lr': lr} for p in self.net.parameters()])
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
        action, log_prob, state_value = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob, state_value))
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
        self.optimizer.zero_grad()
        policy_loss, value_loss = losses(log_probs, advantage(returns, values), values, returns)
        loss = policy_loss + value_loss
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
class TunedACPolicy(ACPolicy):
    """ACPolicy with hyperparameters for batches of 64."""

    def __init__(self, gamma=0.99, lr=3e-2):
        super().__init__(gamma=gamma, lr=lr)


def make_agent():
    """Return a new, untrained agent."""
    return TunedACPolicy()
# %% save
import io


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    buffer = io.BytesIO()
    torch.save(
        {
            "games": int(agent.games),
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": None if agent.mean_reward is None else float(agent.mean_reward),
        },
        buffer,
    )
    with open(path, "wb") as file:
        file.write(buffer.getvalue())


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        ckpt = torch.load(io.BytesIO(file.read()), weights_only=True)
    agent.net.load_state_dict(ckpt["model_state_dict"])
    agent.optimizer.load_state_dict(ckpt["optimizer_state_dict"])
    agent.games, agent.mean_reward = ckpt["games"], ckpt["mean_reward"]
