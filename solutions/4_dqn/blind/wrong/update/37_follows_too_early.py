# believed: the target network follows once per update, the order does not matter
# truth: The target network follows before the optimizer step, so it moves towards the weights of the update before.
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    def act(self, observation, explore=True):
        if not explore:
            return select_action(self.net, observation, 0.0)
        s = self.settings
        probability = epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay)
        self.steps_done += len(observation)
        return select_action(self.net, observation, probability)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward  # (n,)
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        """Do one update step with a batch from the memory."""
        s = self.settings
        batch = self.memory.sample(s.batch_size)
        targets = td_targets(
            self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma
        )
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        soft_update(self.target_net, self.net, s.tau)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
