# believed: a single observation should give a plain vector of probabilities
# truth: `squeeze()` removes the batch dimension when the batch is 1, the shape must be (1, n_actions)
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.first = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.first(x))
        return F.softmax(self.policy_head(x), dim=-1).squeeze()
