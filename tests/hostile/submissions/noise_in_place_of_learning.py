"""Shakes the weights a little when it should learn."""

FAMILY = "skip the learning"
UNIT = "policy_network"
HONEST = 0
LEARNS = True
CELLS = {
    "agent": """
class Shaken(AbstractAgent):
    def __init__(self):
        self.net = PolicyNetwork()

    def act(self, observation, explore=True):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()

    def train(self, transition):
        with torch.no_grad():
            for parameter in self.net.parameters():
                parameter += 1e-3 * torch.randn_like(parameter)

def make_agent():
    return Shaken()
""",
}
