"""Learns for ever in its first step."""

FAMILY = "exhaust"
UNIT = "policy_network"
EXPECTED = "timeout"
HONEST = 0
LEARNS = True
CELLS = {
    "agent": """
class Endless(AbstractAgent):
    def __init__(self):
        self.net = PolicyNetwork()

    def act(self, observation, explore=True):
        return np.zeros(len(observation), int)

    def train(self, transition):
        import time
        time.sleep(1e9)

def make_agent():
    return Endless()
""",
}
