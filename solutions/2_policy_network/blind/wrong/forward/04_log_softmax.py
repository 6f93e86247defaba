# believed: log_softmax is the numerically better softmax
# truth: it returns logarithms (negative numbers), not probabilities
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.linear = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return F.log_softmax(self.policy_head(F.relu(self.linear(x))), dim=-1)
