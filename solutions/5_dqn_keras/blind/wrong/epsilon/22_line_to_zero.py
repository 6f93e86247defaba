# believed: epsilon falls to zero within steps, and max with end keeps it from getting too small
# truth: The line goes from start to 0 instead of from start to end, so epsilon reaches end too early.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return max(start * (1 - step / steps), end)
