# believed: 32 and 2 are the sizes, so they can be written down
# truth: the arguments `hidden_size` and `n_actions` are ignored; other values give the wrong shapes
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.fc = nn.Linear(4, 32)
        self.policy_head = nn.Linear(32, 2)

    def forward(self, x):
        return F.softmax(self.policy_head(F.relu(self.fc(x))), dim=1)
