# believed: the actions are -1 (left) and 1 (right)
# truth: np.sign gives -1.0, 0.0 or 1.0 (floats, and -1 is no action of Discrete(2))
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return np.sign(observation[2] + 0.3 * observation[3])
