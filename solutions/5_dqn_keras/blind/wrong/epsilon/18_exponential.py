# believed: Epsilon decays, as in most programs, exponentially.
# truth: It does not fall in equal parts, and after `steps` steps it has not reached end.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-step / steps)
