# believed: np.interp(x, y-values, x-values)
# truth: the x and y points are exchanged, and np.interp also needs increasing x points
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step, [start, end], [0, steps])
