# believed: the cart has to be kept in the middle of the rail
# truth: only the cart's position is used and the pole ignored; the rule scores about 30
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    position = observation[0]
    if position > 0:
        return 0
    else:
        return 1
