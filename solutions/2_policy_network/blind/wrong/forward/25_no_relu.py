# believed: nn.Linear has its activation built in, as a Keras layer can
# truth: without the ReLU the network is a linear policy
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = self.hidden(x)
        x = self.policy_head(x)
        return torch.softmax(x, dim=1)
