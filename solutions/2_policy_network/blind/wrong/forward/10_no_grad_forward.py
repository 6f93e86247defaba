# believed: gradients are only needed in the update, so forward can save the memory
# truth: under torch.no_grad the probabilities have no connection to the weights, so nothing can be learnt
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.fc1 = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    @torch.no_grad()
    def forward(self, x):
        x = F.relu(self.fc1(x))
        return F.softmax(self.policy_head(x), dim=-1)
