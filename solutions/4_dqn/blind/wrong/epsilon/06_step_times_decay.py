# believed: decay is a rate, as in physics
# truth: exp(-step * decay): the decay is over after the first step
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-step * decay)
