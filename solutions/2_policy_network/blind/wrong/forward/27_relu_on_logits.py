# believed: a ReLU belongs after every layer
# truth: the logits go through a ReLU before the softmax, so negative logits become 0 (and get no gradient)
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.input_layer = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.input_layer(x))
        x = F.relu(self.policy_head(x))
        return F.softmax(x, dim=-1)
