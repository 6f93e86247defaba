# believed: epsilon falls for 2000 steps, as in the settings
# truth: the argument steps is ignored
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return float(np.interp(step, [0, 2000], [start, end]))
