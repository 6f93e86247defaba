# believed: the agent learns faster if the fall is punished, as in many CartPole tutorials
# truth: the reward of the last step is replaced by -10, so it is not the environment's reward that is remembered and learned from
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
        action, log_prob = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        return action.numpy()

    def train(self, transition):
        terminated, truncated = transition.terminated[0], transition.truncated[0]
        reward = float(transition.reward[0]) if not terminated else -10.0
        self.rewards.append(reward)
        if terminated or truncated:
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            loss = policy_loss(torch.cat(self.log_probs), returns)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
