# believed: steps are whole numbers, so // is right
# truth: the exponent is rounded down (to a staircase): with -step // decay epsilon falls at once at step 1
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-step // decay)
