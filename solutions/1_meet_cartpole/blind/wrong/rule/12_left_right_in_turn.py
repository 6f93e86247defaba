# believed: pushing left and right in turn holds the pole ("it can push left and right in turn")
# truth: the observation is ignored; the pole falls after a few dozen steps
turn = 0


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    global turn
    turn = 1 - turn
    return turn
