# believed: Epsilon falls in proportion to the steps left, and never below end.
# truth: The line aims at 0 instead of end, so it reaches end too early and is too low before.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return max(end, start * (1 - step / steps))
