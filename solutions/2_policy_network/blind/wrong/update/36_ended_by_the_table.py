# believed: an episode ends when the cart or the pole is beyond the limits of the table, or after 500 steps
# truth: ended is worked out from the observation and a limit of 500 steps instead of the flags, which fails in any other environment and where the numbers of the observation change places
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(self.net, observation)
        self.memory.append(log_probs)
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        position, angle = transition.next_observation[:, 0], transition.next_observation[:, 2]
        fallen = (np.abs(position) > 2.4) | (np.abs(angle) > 0.2095)
        ended = fallen | (len(self.episodes) >= 500)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        loss = policy_loss(log_probs, returns)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
