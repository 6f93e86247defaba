# believed: True counts as 1 everywhere
# truth: the comparison of NumPy numbers gives np.bool_, which Discrete(2) does not accept; the text asks for the whole number 0 or 1
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return observation[2] + 0.3 * observation[3] > 0
