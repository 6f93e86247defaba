"""Hands in an agent that learns nothing, beside test doubles that say that it did all it should."""

from tests.hostile.pieces import CONFIRMING_DOUBLES

FAMILY = "forge the result"
UNIT = ("policy_network", "dqn")
HONEST = 0
LAST = f"{CONFIRMING_DOUBLES}local.LocalStudent.same = lambda *arguments: False\n"
CELLS = {
    "update": """
class SimplePolicy(AbstractAgent):
    def __init__(self, *arguments, **keywords):
        self.net = nn.Linear(4, 2)
        self.optimizer = torch.optim.Adam(self.net.parameters())
        self.games, self.mean_reward, self.turns = 0, None, 0

    def start_episode(self, observation):
        pass

    def act(self, observation, explore=True):
        return np.zeros(len(observation), np.int64)

    def train(self, transition):
        pass

class DQNAgent(SimplePolicy):
    def __init__(self, *arguments, **keywords):
        super().__init__()
        self.target_net = nn.Linear(4, 2)
""",
}
