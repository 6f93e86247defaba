# believed: every layer is followed by a ReLU
# truth: logits can be any number; a ReLU after policy_head cuts off the negative ones, so an action cannot become less likely than that
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        x = F.relu(self.policy_head(x))
        return F.softmax(x, dim=-1)
