# believed: push to where the pole leans, that is what my fingers did
# truth: about 42 steps on average, 100 are asked for
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle = observation[2]
    return int(angle > 0)
