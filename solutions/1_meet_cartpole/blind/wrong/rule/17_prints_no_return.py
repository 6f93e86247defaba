# believed: the last expression of a function is its value
# truth: `return` is missing, the function gives None
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    action = int(observation[2] + 0.3 * observation[3] > 0)
    action
