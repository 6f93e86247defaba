# believed: no gradient may flow through the values
# truth: The values are detached for the critic's loss, too, so the critic never learns.
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
        actions, log_probs, values = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_probs, values))
        return actions.numpy()

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
        values = values.detach()
        advantages = returns - values
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        loss = policy_loss + value_loss
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
