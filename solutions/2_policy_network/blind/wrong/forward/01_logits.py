# believed: the softmax is applied later, by the loss, as with CrossEntropyLoss
# truth: `forward` returns the logits, not probabilities
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.layer = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.layer(x))
        return self.policy_head(x)
