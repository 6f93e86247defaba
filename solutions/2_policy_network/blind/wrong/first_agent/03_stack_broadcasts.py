# believed: torch.stack and torch.cat do the same to a list of tensors
# truth: stacking tensors of shape (1,) gives (steps, 1), and times returns of shape (steps,) this broadcasts to (steps, steps), so every action is paid for every return (normalised: zero in sum)
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.saved_log_probs = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        action, log_prob = choose_action(self.net, observation)
        self.saved_log_probs.append(log_prob)
        return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        done = transition.terminated[0] or transition.truncated[0]
        if done:
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            log_probs = torch.stack(self.saved_log_probs)
            loss = policy_loss(log_probs, returns)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
