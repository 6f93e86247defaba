# believed: dropout helps against overfitting, the REINFORCE example of PyTorch has it too
# truth: the outputs are random: the same observation gives other probabilities and values at each call
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.affine1 = nn.Linear(4, hidden_size)
        self.dropout = nn.Dropout(p=0.6)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        x = self.affine1(x)
        x = self.dropout(x)
        x = F.relu(x)
        return F.softmax(self.policy(x), dim=-1), self.critic(x).squeeze(-1)
