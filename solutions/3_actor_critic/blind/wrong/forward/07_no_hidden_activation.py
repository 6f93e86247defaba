# believed: nn.Linear includes an activation, like Dense(activation=...) in Keras
# truth: without the ReLU policy and value are linear in the observation
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.common = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        common = self.common(x)
        action = torch.softmax(self.policy(common), -1)
        critic = self.critic(common)
        return action, critic[:, 0]
