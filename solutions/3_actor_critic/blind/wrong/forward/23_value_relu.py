# believed: returns on the cart pole are never negative, so a ReLU keeps the value sensible
# truth: There is a ReLU after the critic, so no value can be negative.
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        probs = torch.softmax(self.policy(h), dim=-1)
        value = F.relu(self.critic(h)).squeeze(-1)
        return probs, value
