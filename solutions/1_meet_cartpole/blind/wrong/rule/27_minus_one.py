# believed: left is -1 and right is 1
# truth: left is 0; -1 is no action of the environment
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return int(np.sign(observation[2] + 0.5 * observation[3]))
