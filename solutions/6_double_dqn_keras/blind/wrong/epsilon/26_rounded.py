# believed: two digits are enough for a probability
# truth: The value is rounded to two digits, so epsilon falls in jumps and small values of end are lost.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return round(float(np.interp(step, [0, steps], [start, end])), 2)
