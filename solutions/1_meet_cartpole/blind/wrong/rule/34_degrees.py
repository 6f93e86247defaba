# believed: the angle is in degrees, so one degree is a small lean
# truth: compares an angle in radians with a threshold of 1 degree, so it practically always pushes to the left
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle, angular_velocity = observation[2], observation[3]
    if angle + 0.2 * angular_velocity > 1:  # more than one degree
        return 1
    return 0
