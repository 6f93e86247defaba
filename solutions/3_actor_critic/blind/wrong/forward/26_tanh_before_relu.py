# believed: a tanh keeps the hidden numbers small, and the ReLU of the text comes after it
# truth: The hidden layer goes through a tanh before the ReLU, so h is not ReLU(Ws + b) and never above 1.
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = torch.tanh(self.hidden(x))
        h = F.relu(h)
        probs = torch.softmax(self.policy(h), dim=-1)
        return probs, self.critic(h).squeeze(-1)
