# believed: explore=True means epsilon-greedy, as in the DQN tutorial
# truth: the action is not drawn by choose_action from the policy: it is the best one or a uniform one, so the log-probability is not that of the distribution that acted
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
        probs = self.net(torch.as_tensor(observation, dtype=torch.float32))
        if np.random.rand() < 0.1:
            action = torch.randint(probs.shape[-1], (1,))
        else:
            action = probs.argmax(dim=-1)
        self.log_probs.append(Categorical(probs).log_prob(action))
        return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            loss = policy_loss(torch.cat(self.log_probs), returns)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
