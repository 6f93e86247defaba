# believed: np.interp goes from the small value to the large one
# truth: start and end are swapped, so epsilon rises from end to start.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step, [0, steps], [end, start])
