# believed: near the middle push left and right in turn, as one cannot do nothing
# truth: the wide dead zone ignores the pole until it leans by about 9 degrees, too late: fewer than 100 steps
turn = [0]


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle = observation[2]
    if abs(angle) > 0.15:
        return int(angle > 0)
    turn[0] = 1 - turn[0]
    return turn[0]
