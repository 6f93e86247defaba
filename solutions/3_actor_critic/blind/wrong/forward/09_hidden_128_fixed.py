# believed: the hidden layer has 128 units, as the signature says
# truth: the argument hidden_size is ignored
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.layer1 = nn.Linear(4, 128)
        self.policy = nn.Linear(128, n_actions)
        self.critic = nn.Linear(128, 1)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        return F.softmax(self.policy(x), dim=-1), self.critic(x).squeeze(-1)
