# believed: the hidden layer only extracts features, and only the policy head is the policy that must learn
# truth: the hidden features are detached, so no gradient reaches the first layer
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.features = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        with torch.no_grad():
            h = F.relu(self.features(x))
        return F.softmax(self.policy_head(h), dim=-1)
