"""Moves the weights by gradients of ones, without a batch, a target or a loss."""

FAMILY = "skip the learning"
UNIT = "dqn"
HONEST = 0
CELLS = {
    "update": """
class DQNAgent(AbstractAgent):
    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net, self.target_net = DQN(), DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=self.settings.lr)
        self.memory = ReplayMemory(self.settings.memory_size)

    def act(self, observation, explore=True):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=1).numpy()

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        for p in self.net.parameters():
            p.grad = torch.ones_like(p)
        self.optimizer.step()
        soft_update(self.target_net, self.net, self.settings.tau)
""",
}
