# believed: the pole's numbers are at index 1 and 3
# truth: index 1 is the velocity of the cart, so the rule drives the cart away; it scores about 9
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle = observation[1]
    angular_velocity = observation[3]
    return int(angle + 0.3 * angular_velocity > 0)
