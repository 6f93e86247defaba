# believed: choose_action gives the log-probability and value first, and then the action to play
# truth: The action that is played comes from a second draw, so the remembered log-probability belongs to another action.
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs = []
        self.values = []
        self.rewards = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        _, log_prob, value = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        self.values.append(value)
        return choose_action(self.net, observation)[0].numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            log_probs = torch.cat(self.log_probs)
            values = torch.cat(self.values)
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            advantages = advantage(returns, values)
            policy_loss, value_loss = losses(log_probs, advantages, values, returns)
            loss = policy_loss + value_loss
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
