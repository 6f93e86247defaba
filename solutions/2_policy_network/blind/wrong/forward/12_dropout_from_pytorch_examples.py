# believed: the REINFORCE example of PyTorch has a dropout layer, so it helps
# truth: dropout makes the probabilities random from call to call; the formula of the text has none
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.affine1 = nn.Linear(4, hidden_size)
        self.dropout = nn.Dropout(p=0.6)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = self.affine1(x)
        x = self.dropout(x)
        x = F.relu(x)
        action_scores = self.policy_head(x)
        return F.softmax(action_scores, dim=1)
