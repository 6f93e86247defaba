# believed: epsilon is what start has left, plus end
# truth: start instead of start - end is multiplied by the exponential, so epsilon begins at start + end.
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + start * np.exp(-step / decay)
