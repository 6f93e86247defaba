# believed: dividing by the sum makes probabilities of the exponentials
# truth: `e.sum()` sums over the whole batch, so the rows sum to one only if the batch has one row
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.w1 = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        z = self.policy_head(torch.relu(self.w1(x)))
        e = torch.exp(z)
        return e / e.sum()
