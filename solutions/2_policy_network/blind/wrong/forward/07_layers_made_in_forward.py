# believed: the layer is only needed where it is used
# truth: the first layer is created anew (random) in every call and its weights never belong to the parameters
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden_size = hidden_size
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        layer = nn.Linear(4, self.hidden_size)
        x = F.relu(layer(x))
        return F.softmax(self.policy_head(x), dim=-1)
