# believed: step counts whole steps, so divide whole numbers
# truth: // rounds down: epsilon is a staircase that stays at start for the first `decay` steps
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-(step // decay))
