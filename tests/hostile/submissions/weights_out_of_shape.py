"""Gives other weights, of another shape and number, each time it is asked for them."""

FAMILY = "feed the grader poison"
UNIT = "policy_network"
EXPECTED = ("ok", "protocol")
HONEST = 0
LEARNS = True
CELLS = {
    "agent": """
class Shifting(AbstractAgent):
    def __init__(self):
        self.calls = 0

    def net(self, x):
        return torch.zeros((len(x), self.calls % 3))

    def act(self, observation, explore=True):
        return np.ones(len(observation), int)

    def get_weights(self):
        self.calls += 1
        return [np.zeros((self.calls, 1 << 10), np.int8), np.full((0, 3), np.nan)]

    def set_weights(self, weights):
        self.calls += 1

def make_agent():
    return Shifting()
""",
}
