# believed: after a time limit the critic's value of the next state is added to the last reward, as SB3 does
# truth: the returns are of the rewards that were really played; here a value on the normalised scale is added to the last reward of truncated episodes
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
        reward = float(transition.reward[0])
        if transition.truncated[0] and not transition.terminated[0]:
            with torch.no_grad():
                next_observation = torch.as_tensor(transition.next_observation, dtype=torch.float32)
                terminal_value = self.net(next_observation)[1]
            reward += self.gamma * float(terminal_value[0])
        self.rewards.append(reward)
        if transition.terminated[0] or transition.truncated[0]:
            log_probs = torch.cat(self.log_probs)
            values = torch.cat(self.values)
            returns = normalise(discounted_returns(self.rewards, self.gamma))
            advantages = advantage(returns, values)
            policy_loss, value_loss = losses(log_probs, advantages, values, returns)
            self.optimizer.zero_grad()
            (policy_loss + value_loss).backward()
            self.optimizer.step()
