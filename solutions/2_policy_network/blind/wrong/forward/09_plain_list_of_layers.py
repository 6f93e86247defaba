# believed: layers may be kept in any list
# truth: a Python list hides the first layer from `parameters()`, so it is neither trained nor saved (needs nn.ModuleList)
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
