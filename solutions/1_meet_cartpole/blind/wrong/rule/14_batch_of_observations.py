# believed: the rule gets a whole batch, as the method `act` does
# truth: `observation` holds four numbers only, so the second index raises IndexError
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return (observation[:, 2] + 0.3 * observation[:, 3] > 0).astype(int)
