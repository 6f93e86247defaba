# believed: 0 means "no push", so as long as the pole hardly leans nothing should be done
# truth: returns 0 as if it did nothing when the pole is near upright, but 0 pushes to the left
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    soon = observation[2] + 0.25 * observation[3]
    action = 0  # do nothing
    if soon > 0.2:
        action = 1
    elif soon < -0.2:
        action = 0
    return action
