# believed: a list is a tidy place for the layers
# truth: layers in a plain Python list are not registered, parameters() and state_dict() miss the hidden layer and the critic
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.layers = [nn.Linear(4, hidden_size), nn.Linear(hidden_size, 1)]
        self.policy = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        h = F.relu(self.layers[0](x))
        return F.softmax(self.policy(h), dim=-1), self.layers[1](h).squeeze(-1)
