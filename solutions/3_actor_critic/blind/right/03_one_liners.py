# writer: a lover of one-liners and walrus operators

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.body, self.policy, self.critic = nn.Linear(4, hidden_size), nn.Linear(hidden_size, n_actions), nn.Linear(hidden_size, 1)

    def forward(self, x):
        return self.policy(h := self.body(x).relu()).softmax(-1), self.critic(h).squeeze(-1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    return (a := (d := Categorical(probs)).sample()), d.log_prob(a), values

# %% advantage
advantage = lambda returns, values: returns - values.detach()

# %% losses
losses = lambda log_probs, advantages, values, returns: (-(advantages @ log_probs) / len(log_probs), F.huber_loss(values, returns))

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
        return (picked := choose_action(self.net, observation), self.memory.append(SavedAction(*picked[1:])))[0][0].numpy()

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
        self.optimizer.zero_grad(), sum(losses(log_probs, advantage(returns, values), values, returns)).backward(), self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
make_agent = lambda: ACPolicy(0.99, 3e-2)

# %% save
save_agent = lambda agent, path: torch.save({"games": agent.games, "model_state_dict": agent.net.state_dict(), "optimizer_state_dict": agent.optimizer.state_dict(), "mean_reward": agent.mean_reward}, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    agent.games, model, optimizer, agent.mean_reward = (d := torch.load(path, weights_only=True))["games"], d["model_state_dict"], d["optimizer_state_dict"], d["mean_reward"]
    agent.net.load_state_dict(model), agent.optimizer.load_state_dict(optimizer)
