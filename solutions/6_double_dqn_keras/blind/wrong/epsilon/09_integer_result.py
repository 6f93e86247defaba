# believed: np.interp on whole numbers
# truth: int() cuts off everything behind the point, so epsilon is 1 at the start and 0 afterwards
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return int(np.interp(step, [0, steps], [start, end]))
