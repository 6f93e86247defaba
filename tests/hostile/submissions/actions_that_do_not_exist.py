"""Chooses actions far outside of what there is."""

FAMILY = "feed the grader poison"
UNIT = "policy_network"
HONEST = 0
LEARNS = True
CELLS = {
    "agent": """
class Outside(AbstractAgent):
    def __init__(self):
        self.net = nn.Linear(4, 2)

    def act(self, observation, explore=True):
        return np.full(len(observation), 2**62)

def make_agent():
    return Outside()
""",
}
