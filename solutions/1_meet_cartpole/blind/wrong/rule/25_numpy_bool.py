# believed: a comparison is 0 or 1
# truth: the result is a NumPy truth value, not a whole number; the action space does not hold it and env.step refuses it
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return observation[2] + 0.5 * observation[3] > 0
