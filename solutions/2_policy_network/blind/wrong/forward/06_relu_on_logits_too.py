# believed: every layer is followed by a ReLU
# truth: a second ReLU cuts the negative logits to zero, so no action can get less than a fixed share and dead logits pass no gradient
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
