# believed: True and 1 are the same in Python
# truth: returns the comparison itself, a NumPy bool, not the whole number 0 or 1
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return observation[2] + 0.3 * observation[3] > 0
