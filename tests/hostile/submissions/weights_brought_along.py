"""Brings the weights of a trained network along in the notebook."""

FAMILY = "skip the learning"
UNIT = "policy_network"
HONEST = 0
LEARNS = True
CELLS = {
    "agent": """
class Trained(AbstractAgent):
    def __init__(self):
        self.net = nn.Linear(4, 2)
        with torch.no_grad():
            good = torch.tensor([0.1, 0.5, 2.0, 1.5])
            self.net.weight.copy_(torch.stack([-good, good]))
            self.net.bias.zero_()

    def act(self, observation, explore=True):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()

def make_agent():
    return Trained()
""",
}
