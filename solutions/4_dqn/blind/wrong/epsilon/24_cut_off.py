# believed: epsilon decays exponentially until it reaches the end value
# truth: start itself decays towards 0 and is cut off at end, instead of the difference start - end decaying on top of end.
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return max(end, start * np.exp(-step / decay))
