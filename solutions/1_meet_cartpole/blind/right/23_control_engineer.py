# writer: a control engineer: state feedback with four gains as a callable object; the loop seeds each reset at random
# %% play_episode
import random


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    # a fresh seed each time: every call plays a new episode
    state, _ = env.reset(seed=random.SystemRandom().randrange(2**31))
    score = 0.0
    terminated = truncated = False
    while not (terminated or truncated):
        u = rule(state)
        state, reward, terminated, truncated, _ = env.step(u)
        score += reward
    return score
# %% rule
class StateFeedback:
    """u = K s, and only its sign can be played."""

    def __init__(self, *gains):
        self.K = np.array(gains)

    def __call__(self, observation):
        """Return the action, 0 or 1, for an observation of four numbers."""
        u = self.K @ np.asarray(observation)
        return int(np.heaviside(u, 0.0))


rule = StateFeedback(0.3, 0.6, 8.0, 2.0)
