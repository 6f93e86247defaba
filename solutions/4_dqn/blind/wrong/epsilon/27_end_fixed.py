# believed: the end value of this unit is 0.05
# truth: The end value is fixed at 0.05, and the argument end is ignored.
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return 0.05 + (start - 0.05) * np.exp(-step / decay)
