"""Finds out in training which number is the angle, then steers by rule and pretends a network."""

FAMILY = "skip the learning"
UNIT = ("policy_network", "dqn")
HONEST = 0
LEARNS = True
CELLS = {
    "agent": """
class Pretended(nn.Module):
    def __init__(self, owner):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 2))
        self.first = None
        self.owner = [owner]

    def forward(self, x):
        if self.first is None or not torch.equal(self.first, self.weight):
            return x @ self.weight
        rule = self.owner[0].rule(np.asarray(x))
        return F.one_hot(torch.as_tensor(rule), 2).float()

class Identifies(AbstractAgent):
    def __init__(self):
        self.net = Pretended(self)
        self.net.first = self.net.weight.detach().clone()
        self.seen = []
        self.w = None

    def rule(self, x):
        return (x @ self.w > 0).astype(int) if self.w is not None else np.zeros(len(x), int)

    def act(self, observation, explore=True):
        if not torch.equal(self.net.first, self.net.weight):
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()
        if self.w is None:
            return np.random.randint(2, size=len(observation))
        return self.rule(observation)

    def train(self, transition):
        if self.w is not None:
            return
        self.seen.append(transition)
        if len(self.seen) < 100:
            return
        x = np.concatenate([t.observation for t in self.seen])
        y = np.concatenate([t.next_observation for t in self.seen])
        a = np.concatenate([t.action for t in self.seen]) * 2.0 - 1
        inputs = np.column_stack([x, a])
        model, *_ = np.linalg.lstsq(inputs, y - x, rcond=None)
        dynamics, push = model[:4].T + np.eye(4), model[4]
        cost = np.eye(4)
        p = np.eye(4)
        for _ in range(500):  # a linear-quadratic regulator
            k = (push @ p @ dynamics) / (0.1 + push @ p @ push)
            p = cost + dynamics.T @ p @ (dynamics - np.outer(push, k))
        self.w = -k

def make_agent():
    return Identifies()
""",
}
