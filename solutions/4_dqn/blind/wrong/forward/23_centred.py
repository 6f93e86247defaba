# believed: only differences between the actions matter, so subtract the mean of each row
# truth: the formula has no such term; a Q-value of its own is lost: the two values are always opposite numbers
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        q = self.layer3(x)
        return q - q.mean(dim=1, keepdim=True)
