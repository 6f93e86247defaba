# believed: the values are numbers, so a tensor of them is made at the end
# truth: The remembered values are turned into plain numbers, so the critic's loss gives the network no gradient.
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
        action, log_prob, value = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        self.values.append(value)
        return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            log_probs = torch.cat(self.log_probs)
            values = torch.tensor([value.item() for value in self.values])
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            advantages = advantage(returns, values)
            policy_loss, value_loss = losses(log_probs, advantages, values, returns)
            loss = policy_loss + value_loss
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
