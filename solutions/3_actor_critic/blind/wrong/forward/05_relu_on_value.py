# believed: returns on the cart pole are positive, so the value may get a ReLU
# truth: negative values are cut to 0, but the values are trained towards normalised returns of any sign
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())
        self.policy = nn.Sequential(nn.Linear(hidden_size, n_actions), nn.Softmax(dim=-1))
        self.critic = nn.Sequential(nn.Linear(hidden_size, 1), nn.ReLU())

    def forward(self, x):
        h = self.shared(x)
        return self.policy(h), self.critic(h).squeeze(-1)
