# writer: writes a closure with state; a dead band in which left and right take turns
# %% play_episode
from types import SimpleNamespace


def play_episode(env, rule):
    """Devuelve la puntuación de un episodio."""
    game = SimpleNamespace(seen=env.reset()[0], score=0, over=False)

    def step():
        game.seen, reward, fell, late, game.info = env.step(rule(game.seen))
        game.score += reward
        game.over = bool(fell) or bool(late)

    while not game.over:
        step()
    return game.score

# %% rule
def _make_rule(weight=0.5, band=0.01):
    last = 0

    def rule(observation):
        """Return the action, 0 or 1, for an observation of four numbers."""
        nonlocal last
        _, _, angle, speed = observation
        soon = angle + weight * speed
        last = 1 - last if abs(soon) < band else int(soon > 0)
        return last

    return rule


rule = _make_rule()
