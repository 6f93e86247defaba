# believed: a pole that leans to the right must be pushed back to the left
# truth: the sign is reversed, the cart must move under the pole; the score is below 10
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return int(observation[2] + 0.5 * observation[3] < 0)
