# believed: each episode is a new task, so it gets a new optimizer
# truth: a new Adam is made for every update, so its averages of the gradients are lost each time
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.lr = lr

    def start_episode(self, observation):
        self.log_probs = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            loss = policy_loss(torch.cat(self.log_probs), returns)
            self.optimizer = torch.optim.Adam(self.net.parameters(), lr=self.lr)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
