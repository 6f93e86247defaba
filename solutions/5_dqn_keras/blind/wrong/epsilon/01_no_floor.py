# believed: a straight line from start to end is all that is asked
# truth: after `steps` the line goes on below `end` and becomes negative
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return start + (end - start) * step / steps
