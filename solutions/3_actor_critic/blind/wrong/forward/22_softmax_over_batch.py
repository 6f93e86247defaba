# believed: softmax makes probabilities, and dim=0 is the first (and so the usual) dimension
# truth: The softmax is taken over the batch (dim=0), so the columns and not the rows sum to 1.
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        probs = F.softmax(self.policy(h), dim=0)
        value = self.critic(h).squeeze(-1)
        return probs, value
