# believed: a ReLU stands before each layer
# truth: A third ReLU is applied to the observation itself, so all its negative numbers are lost.
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = self.layer1(F.relu(x))
        x = self.layer2(F.relu(x))
        return self.layer3(F.relu(x))
