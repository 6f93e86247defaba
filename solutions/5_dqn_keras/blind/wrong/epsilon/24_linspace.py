# believed: a table of steps values from start to end is the straight line
# truth: The table has steps entries, so end is already reached at step steps - 1 and every value in between is a little too small.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    table = np.linspace(start, end, steps)
    return table[min(step, steps - 1)]
