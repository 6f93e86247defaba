# believed: the smallest epsilon is 0.05, as in the settings
# truth: the argument end is used for nothing
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return float(np.interp(step, [0, steps], [start, 0.05]))
