# believed: REINFORCE in the book loops over t and changes theta for each t, so I do the same
# truth: one optimizer step per time step instead of one for the whole episode; the log-probabilities are computed anew with weights that already changed
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs = []
        self.rewards = []
        self.observations = []
        self.actions = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        self.observations.append(torch.as_tensor(observation, dtype=torch.float32))
        self.actions.append(action)
        return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            # loop for each step of the episode t = 0, 1, ..., T-1
            for t in range(len(self.rewards)):
                probs = self.net(self.observations[t])
                log_prob = Categorical(probs).log_prob(self.actions[t])
                loss = policy_loss(log_prob, returns[t : t + 1])
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
