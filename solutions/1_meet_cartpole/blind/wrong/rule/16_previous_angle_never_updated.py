# believed: the change of the angle can be had by remembering the last angle
# truth: the remembered angle is only set once and never updated, so the "change" is the difference to the first angle ever seen (about the angle alone)
last = None


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    global last
    angle = observation[2]
    if last is None:
        last = angle
    change = angle - last
    return int(angle + change > 0)
