"""Tries random weights until some hold the pole, and never learns from a single reward."""

FAMILY = "skip the learning"
UNIT = ("policy_network", "dqn")
HONEST = 0
LEARNS = True
CELLS = {
    "agent": """
class Search(AbstractAgent):
    def __init__(self):
        self.net = nn.Linear(4, 2, bias=False)
        self.best, self.best_score, self.steps = None, -1, 0

    def draw(self):
        with torch.no_grad():
            scale = 3.0 if self.best is None or self.best_score < 100 else 0.3
            if self.best is None or self.best_score < 100:
                self.net.weight.copy_(torch.randn(2, 4))
            else:
                self.net.weight.copy_(self.best + scale * torch.randn(2, 4))

    def start_episode(self, observation):
        self.steps, self.n, self.learning = 0, len(observation), False

    def act(self, observation, explore=True):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()

    def train(self, transition):
        if not self.learning:
            self.learning = True
            if self.best_score < 400:
                self.draw()
        self.steps += len(transition.reward)
        if len(transition.episode) <= (transition.terminated | transition.truncated).sum():
            if self.steps / self.n > self.best_score:
                self.best_score, self.best = self.steps / self.n, self.net.weight.detach().clone()
            with torch.no_grad():
                self.net.weight.copy_(self.best)

def make_agent():
    return Search()
""",
}
