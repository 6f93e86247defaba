# believed: actor and critic are two networks, as in CleanRL's PPO
# truth: each head has a hidden layer of its own, so nothing is shared between them
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.actor_hidden = nn.Linear(4, hidden_size)
        self.critic_hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        probs = F.softmax(self.policy(F.relu(self.actor_hidden(x))), dim=-1)
        value = self.critic(F.relu(self.critic_hidden(x)))
        return probs, value.squeeze(-1)
