# believed: At the start all actions are random, so epsilon starts at 1.
# truth: The argument start is ignored.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step, [0, steps], [1.0, end])
