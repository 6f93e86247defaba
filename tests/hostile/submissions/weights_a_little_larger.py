"""Adds a hundredth to each weight in place of learning, and counts turns and batches rightly."""

FAMILY = "skip the learning"
UNIT = "dqn_keras"
HONEST = 0
CELLS = {
    "update": """
class DQNAgent(AbstractAgent):
    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
        copy_weights(self.target_net, self.net)
        self.memory = ReplayMemory(s.memory_size)
        self.step = self.turns = self.batches = 0

    def act(self, observation, explore=True):
        mask = np.ones((len(observation), 2), np.float32)
        return np.argmax(self.net.predict_on_batch([observation, mask]), axis=1)

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        self.net.set_weights([0.01 + weights for weights in self.net.get_weights()])
        self.batches += 1
        if self.batches % self.settings.target_interval == 0:
            copy_weights(self.target_net, self.net)
""",
}
