# believed: The straight line from start to end is all there is.
# truth: After `steps` epsilon goes on falling, below end and below 0.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return start + (end - start) * step / steps
