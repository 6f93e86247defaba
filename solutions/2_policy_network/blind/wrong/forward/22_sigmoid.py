# believed: two actions are a yes/no decision, so each output gets a sigmoid
# truth: the rows do not sum to one: the text wants a softmax
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return torch.sigmoid(self.policy_head(x))
