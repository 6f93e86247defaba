# believed: squeeze() just removes the useless last dimension of the value
# truth: with a single observation the value loses its batch dimension too, shape () instead of (1,)
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        probs = F.softmax(self.policy(x), dim=-1)
        return probs, self.critic(x).squeeze()
