# believed: two actions need only one number, the probability of pushing right
# truth: The policy layer has one output with a sigmoid instead of n_actions outputs with a softmax, so n_actions is ignored and always 2.
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
        probs = torch.cat([1 - right, right], dim=1)
        return probs, self.critic(h).squeeze(-1)
