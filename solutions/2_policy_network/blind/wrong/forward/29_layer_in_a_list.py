# believed: a list of layers is as good as an attribute for each
# truth: the first layer is kept in a plain Python list, so it is not among the network's parameters and is never trained or saved
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.layers = [nn.Linear(4, hidden_size), nn.ReLU()]
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return F.softmax(self.policy_head(x), dim=-1)
