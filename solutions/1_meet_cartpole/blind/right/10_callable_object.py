# writer: an object-oriented person; the rule is an object with __call__ and a memory
# %% play_episode
class Player:
    def __init__(self, env, rule):
        self.env, self.rule = env, rule
        self.rewards = []

    def play(self):
        observation, _ = self.env.reset()
        while True:
            observation, reward, terminated, truncated, _ = self.env.step(self.rule(observation))
            self.rewards.append(reward)
            if terminated or truncated:
                return self

    @property
    def score(self):
        return sum(self.rewards)


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    return Player(env, rule).play().score
# %% rule
class Rule:
    """Return the action, 0 or 1, for an observation of four numbers."""

    def __init__(self, weight=0.25):
        self.weight = weight
        self.asked = 0

    def __call__(self, observation):
        self.asked += 1
        return int(observation[2] + self.weight * observation[3] > 0)


rule = Rule()
