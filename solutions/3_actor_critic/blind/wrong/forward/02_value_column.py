# believed: a layer with one output gives one number per observation, so nothing more to do
# truth: the value has shape (batch, 1), later it broadcasts against (batch,) to a table
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.affine = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = torch.relu(self.affine(x))
        return torch.softmax(self.policy(h), dim=1), self.critic(h)
