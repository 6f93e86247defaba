# writer: a Java programmer: an IntEnum as action, an Episode class, a do-while loop
# %% play_episode
class Episode:
    """One episode of an environment."""

    def __init__(self, env, rule):
        self._env = env
        self._rule = rule
        self._observation = None
        self._score = 0
        self._over = False

    def start(self):
        self._observation, _ = self._env.reset()
        return self

    def isOver(self):
        return self._over

    def getScore(self):
        return self._score

    def step(self):
        action = self._rule(self._observation)
        result = self._env.step(action)
        self._observation = result[0]
        self._score += result[1]
        self._over = result[2] or result[3]


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    episode = Episode(env=env, rule=rule).start()
    while not episode.isOver():
        episode.step()
    return episode.getScore()
# %% rule
from enum import IntEnum, unique


@unique
class Push(IntEnum):
    LEFT = 0
    RIGHT = 1


def rule(observation) -> Push:
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle = observation[2]
    angularVelocity = observation[3]
    isFallingRight = angle + 0.6 * angularVelocity > 0.0
    return Push.RIGHT if isFallingRight else Push.LEFT
