# believed: the softmax may be applied in a helper and once more at the end to be sure that the rows sum to one
# truth: softmax is applied twice, to the logits and then to the probabilities, so they can never leave a narrow range around equal
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())
        self.policy_head = nn.Linear(hidden_size, n_actions)
        self.softmax = nn.Softmax(dim=-1)

    def action_scores(self, x):
        return self.softmax(self.policy_head(self.body(x)))

    def forward(self, x):
        return F.softmax(self.action_scores(x), dim=-1)
