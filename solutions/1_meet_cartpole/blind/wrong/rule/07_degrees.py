# believed: the angle is in degrees, as in "12°"
# truth: the angle is in radians and never exceeds 0.21, so neither test is ever true and the answer is always left
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle = observation[2]
    if angle > 3:
        return 1
    if angle < -3:
        return 0
    return 1 if observation[3] > 10 else 0
