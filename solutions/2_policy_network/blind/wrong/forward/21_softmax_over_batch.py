# believed: dim=0 is the first and so the right dimension of the logits
# truth: the softmax sums to one over the batch instead of over the actions of each row
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return F.softmax(self.policy_head(x), dim=0)
