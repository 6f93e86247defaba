# believed: with two actions one sigmoid is enough, the other probability is 1 - p
# truth: always two columns, whatever n_actions says
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, 1)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        right = torch.sigmoid(self.policy(h))
        return torch.cat([1 - right, right], dim=1), self.critic(h).squeeze(-1)
