# believed: normally distributed weights are a good initialisation
# truth: a last layer with standard deviation 1 gives Q-values of about 5 in size (thousands of scaled rewards), which the text asks to avoid
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)
        nn.init.normal_(self.layer3.weight, mean=0.0, std=1.0)
        nn.init.normal_(self.layer3.bias, mean=0.0, std=10.0)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        return self.layer3(x)
