# writer: a Keras user (names as in the Keras actor-critic example, multinomial sampling, F.huber_loss, losses summed at the end)
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        # common = layers.Dense(num_hidden, activation="relu")(inputs)
        self.common = nn.Sequential()
        self.common.append(self.dense(4, hidden_size))
        self.common.append(nn.ReLU())
        self.policy = self.dense(hidden_size, n_actions)
        self.critic = self.dense(hidden_size, 1)

    @staticmethod
    def dense(inputs, units):
        """A layer with Keras' defaults: glorot_uniform and zero biases."""
        layer = nn.Linear(inputs, units)
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        return layer

    def call(self, inputs):
        common = self.common(inputs)
        action = F.softmax(self.policy(common), dim=-1)
        critic = self.critic(common)
        return action, critic

    def forward(self, x):
        action, critic = self.call(x)
        return action, torch.flatten(critic)


# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    state = torch.tensor(observation, dtype=torch.float32)
    action_probs, critic_value = net(state)
    # np.random.choice(num_actions, p=...), for all rows at once
    action = torch.multinomial(action_probs.detach(), num_samples=1)
    log_prob = torch.log(action_probs.gather(dim=1, index=action))
    return action.squeeze(1), log_prob.squeeze(1), critic_value


# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    diff = returns - values
    return diff.detach()


# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    actor_losses = -log_probs * advantages
    critic_losses = F.huber_loss(values, returns, reduction="none", delta=1.0)
    return torch.sum(actor_losses), torch.sum(critic_losses)


# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-7)
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
        self.action_probs_history.append(log_prob)
        self.critic_value_history.append(critic_value)
        return action.numpy()

    def train(self, transition):
        self.rewards_history.append(float(transition.reward[0]))
        done = transition.terminated[0] or transition.truncated[0]
        if not done:
            return

        returns = normalise(discounted_returns(self.rewards_history, self.gamma))
        values = torch.cat(self.critic_value_history)
        actor_loss, critic_loss = losses(
            torch.cat(self.action_probs_history), advantage(returns, values), values, returns
        )

        # loss_value = sum(actor_losses) + sum(critic_losses)
        loss_value = actor_loss + critic_loss
        self.optimizer.zero_grad()
        loss_value.backward()
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
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, eps=1e-7)
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
        action, *history = choose_action(self.net, observation)
        self.memory.append(SavedAction(*history))
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
        loss_values = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        torch.stack(loss_values).sum().backward()
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
    learning_rate = 0.03
    gamma = 0.99  # discount factor for past rewards
    return ACPolicy(gamma=gamma, lr=learning_rate)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    scores = np.array(
        [
            [178.6, 148.0, 134.0, 162.7, 141.9],
            [113.9, 101.3, 146.2, 145.9, 119.3],
            [72.9, 116.3, 57.4, 165.7, 86.0],
        ]
    )
    scores.sort(axis=-1)
    return {"middles": scores[:, 1:-1].mean(axis=-1), "shown": [1, 5]}


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    checkpoint = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(checkpoint, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
