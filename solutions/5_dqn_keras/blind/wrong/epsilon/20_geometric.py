# believed: Equal parts means the same factor in every step.
# truth: It falls by equal factors, not by equal parts, so it is below the straight line between the two ends.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return start * (end / start) ** share
