# believed: a sigmoid turns numbers into probabilities
# truth: each column gets its own sigmoid, so the rows do not sum to one
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.layer1 = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = torch.relu(self.layer1(x))
        return torch.sigmoid(self.policy_head(x))
