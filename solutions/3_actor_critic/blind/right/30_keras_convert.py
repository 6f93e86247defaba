# writer: comes from Keras: lazy layers built by a call, loss objects, compile/fit methods, train_on_batch
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.common = nn.LazyLinear(hidden_size)
        self.policy = nn.LazyLinear(n_actions)
        self.critic = nn.LazyLinear(1)
        self.build((1, 4))

    def build(self, input_shape):
        with torch.no_grad():
            self(torch.zeros(input_shape))
        for layer in (self.common, self.policy, self.critic):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def call(self, inputs):
        common = F.relu(self.common(inputs))
        action = F.softmax(self.policy(common), dim=-1)
        critic = torch.flatten(self.critic(common))
        return [action, critic]

    forward = call
# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    action_probs, critic_value = net(torch.FloatTensor(observation))
    action = torch.multinomial(action_probs.detach(), num_samples=1)  # (n, 1)
    return [action.squeeze(1), action_probs.gather(1, action).log().squeeze(1), critic_value]
# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.subtract(returns, values.data)
# %% losses
huber_loss = nn.HuberLoss(delta=1.0)


def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    actor_losses = [-log_prob * diff for log_prob, diff in zip(log_probs, advantages)]
    critic_losses = [huber_loss(value, ret) for value, ret in zip(values, returns)]
    return sum(actor_losses), sum(critic_losses)
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.action_probs_history = []
        self.critic_value_history = []
        self.rewards_history = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, critic_value = choose_action(self.net, observation)
        self.critic_value_history.append(critic_value)
        self.action_probs_history.append(log_prob)
        return action.detach().cpu().numpy()

    def train(self, transition):
        self.rewards_history.append(float(transition.reward[0]))
        done = bool(transition.terminated[0]) or bool(transition.truncated[0])
        if done:
            self.fit()
    def fit(self):
        self.net.train()
        log_probs = torch.cat(self.action_probs_history, dim=0)
        values = torch.cat(self.critic_value_history, dim=0)
        returns = normalise(discounted_returns(self.rewards_history, self.gamma))
        actor_loss, critic_loss = losses(log_probs, advantage(returns, values), values, returns)
        loss_value = actor_loss + critic_loss
        self.optimizer.zero_grad()
        loss_value.backward()
        self.optimizer.step()
        self.action_probs_history.clear()
        self.critic_value_history.clear()
        self.rewards_history.clear()
# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.RMSprop(self.net.parameters(), lr=lr)
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
        action, log_prob, critic_value = choose_action(self.net, observation)
        self.memory.append(SavedAction(value=critic_value, log_prob=log_prob))
        return action.detach().cpu().numpy()

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
        self.train_on_batch(log_probs, values, returns)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
    def train_on_batch(self, log_probs, values, returns):
        actor_loss, critic_loss = losses(log_probs, advantage(returns, values), values, returns)
        self.net.zero_grad()
        (actor_loss + critic_loss).backward()
        self.optimizer.step()
        return actor_loss.item() + critic_loss.item()
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return ACPolicy(gamma=0.99, lr=1e-2)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            "mean_reward": agent.mean_reward,
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "model_state_dict": agent.net.state_dict(),
            "games": agent.games,
        },
        f=path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.mean_reward = checkpoint["mean_reward"]
    agent.games = checkpoint["games"]
    return agent
