# believed: a pole that leans to the right must be pushed back to the left
# truth: the direction is mirrored, it pushes to the left when the pole leans and falls to the right
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    leaning = observation[2] + 0.5 * observation[3]
    if leaning > 0:
        return 0  # push it back to the left
    return 1
