# believed: the formula of the softmax can be typed as it stands
# truth: exp overflows to inf for logits above 88, and inf / inf is nan (the maximum must be subtracted first)
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.layer = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        logits = self.policy_head(F.relu(self.layer(x)))
        e = logits.exp()
        return e / e.sum(dim=-1, keepdim=True)
