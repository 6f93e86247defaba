# believed: the critic should only read the shared features, otherwise its loss disturbs the actor
# truth: The hidden layer is detached before the critic, so the critic's loss gives the shared layer no gradient.
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
        # the critic must not disturb what the actor has learned
        value = self.critic(h.detach()).squeeze(-1)
        return probs, value
