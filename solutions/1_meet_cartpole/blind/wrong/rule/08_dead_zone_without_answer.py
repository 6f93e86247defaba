# believed: when the pole stands almost upright nothing needs to be done
# truth: between the two thresholds no `return` is reached and the answer is None
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    lean = observation[2] + 0.3 * observation[3]
    if lean > 0.02:
        return 1
    elif lean < -0.02:
        return 0
