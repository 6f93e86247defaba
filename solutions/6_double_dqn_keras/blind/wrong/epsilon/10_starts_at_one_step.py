# believed: the first step has the number 1
# truth: the interval is [1, steps + 1] instead of [0, steps], so everything comes one step too late
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step - 1, [0, steps], [start, end])
