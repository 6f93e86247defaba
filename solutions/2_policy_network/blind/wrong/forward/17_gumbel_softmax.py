# believed: gumbel_softmax is the softmax for sampling
# truth: it adds random noise to the logits, so the same observation gives different "probabilities" each time
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.fc = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return F.gumbel_softmax(self.policy_head(F.relu(self.fc(x))), dim=-1)
