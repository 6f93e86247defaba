# believed: squeeze() removes the dimension that I do not want
# truth: for a single observation squeeze() removes the batch dimension, too: the value has shape () instead of (1,)
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        return F.softmax(self.policy(h), dim=-1), self.critic(h).squeeze()
