# believed: steps are whole numbers, so they are divided with //
# truth: The integer division makes epsilon a staircase that only changes every decay steps.
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-(step // decay))
