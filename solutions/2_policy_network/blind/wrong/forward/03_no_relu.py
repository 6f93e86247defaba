# believed: two linear layers are already a deep network
# truth: the ReLU between the layers is missing, the logits are linear in the observation
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        h = self.hidden(x)
        return F.softmax(self.policy_head(h), dim=-1)
