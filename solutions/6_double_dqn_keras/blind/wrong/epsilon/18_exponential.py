# believed: Epsilon decays exponentially from start to end.
# truth: It is not a straight line, and at `steps` it has not reached end.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-step / steps)
