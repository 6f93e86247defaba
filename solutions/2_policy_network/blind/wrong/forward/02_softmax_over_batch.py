# believed: the first dimension is the one that sums to one
# truth: `dim=0` normalises over the batch, so the columns and not the rows sum to one
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.fc1 = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return F.softmax(self.policy_head(x), dim=0)
