# believed: an episode has ended when the pole falls
# truth: episodes that reach 500 steps (truncated) are never learned from
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        actions, log_probs = choose_action(self.net, observation)
        self.log_probs.append(log_probs)
        return actions.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0]:
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            loss = policy_loss(torch.cat(self.log_probs), returns)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
