# believed: every layer but the critic gets a ReLU
# truth: negative scores are cut to 0 before the softmax, so no probability can get below that of a zero score and their gradient dies
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        p = F.relu(self.policy(h))
        p = F.softmax(p, dim=-1)
        v = self.critic(h)
        return p, v.view(-1)
