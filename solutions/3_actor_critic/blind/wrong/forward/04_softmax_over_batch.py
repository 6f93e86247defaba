# believed: dim=0 is the dimension of the actions
# truth: the softmax runs over the batch, so the columns sum to 1 and not the rows
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.l1 = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = F.relu(self.l1(x))
        action_prob = F.softmax(self.policy(h), dim=0)
        state_value = self.critic(h).squeeze(-1)
        return action_prob, state_value
