# believed: the network should give back a distribution (AI assistant, CleanRL style)
# truth: `forward` returns a Categorical object, not a tensor of probabilities
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.net = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        logits = self.policy_head(F.relu(self.net(x)))
        return Categorical(logits=logits)
