# believed: the angular velocity must be damped, so it is subtracted
# truth: the velocity enters with the wrong sign, the rule swings the pole up even faster
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle, angular_velocity = observation[2], observation[3]
    return int(angle - 0.3 * angular_velocity > 0)
