# believed: the angle is in degrees, so react from one degree on
# truth: the angle is in rad and never beyond 0.21, so the comparison is nearly never true by the angle; fewer than 100 steps
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle, angular_velocity = observation[2], observation[3]
    if angle + 0.5 * angular_velocity > 1:
        return 1
    return 0
