# believed: the angle is the first number and its velocity the second
# truth: these are position and velocity of the cart; the pole is not looked at
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle, angular_velocity = observation[0], observation[1]
    return int(angle + angular_velocity > 0)
