# believed: the cart pole has two actions, so the head has two outputs
# truth: policy_head always has 2 outputs, n_actions is ignored
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.fc = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, 2)

    def forward(self, x):
        return torch.softmax(self.policy_head(torch.relu(self.fc(x))), dim=-1)
