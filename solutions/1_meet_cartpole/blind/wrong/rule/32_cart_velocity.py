# believed: the velocity comes right after the position, so index 1 is how fast the pole moves
# truth: adds the velocity of the cart (index 1) to the angle instead of the angular velocity of the pole (index 3)
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle = observation[2]
    velocity = observation[1]
    return int(angle + velocity > 0)
