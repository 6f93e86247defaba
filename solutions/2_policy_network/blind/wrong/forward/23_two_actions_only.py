# believed: the cart pole has two actions, so one output p and 1 - p is the same as a softmax over n_actions
# truth: policy_head must have n_actions outputs; this class ignores n_actions and works for two actions only
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, 2)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return F.softmax(self.policy_head(x), dim=-1)
