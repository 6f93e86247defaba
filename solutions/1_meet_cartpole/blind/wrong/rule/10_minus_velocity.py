# believed: the rotation has to be damped, so its velocity is subtracted
# truth: the sign of the angular velocity is wrong, the rule pushes too late; it scores about 10
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    _, _, theta, theta_dot = observation
    return 1 if theta - 0.5 * theta_dot > 0 else 0
