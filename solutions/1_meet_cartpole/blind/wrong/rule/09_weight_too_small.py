# believed: a little of the angular velocity is enough
# truth: the weight 0.01 is too small, the rule scores about 90 and not 100 on average
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    x, v, angle, omega = observation
    return int(angle + 0.01 * omega > 0)
