# believed: each head has its own layers
# truth: actor and critic must share the hidden layer; here the critic has one of its own
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        self.critic_hidden = nn.Linear(4, hidden_size)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        return F.softmax(self.policy(h), dim=-1), self.critic(F.relu(self.critic_hidden(x))).squeeze(-1)
