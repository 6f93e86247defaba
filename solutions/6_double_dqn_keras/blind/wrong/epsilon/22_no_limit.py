# believed: the formula of a straight line is all that is needed
# truth: Nothing stops the line at steps, so epsilon falls below end and becomes negative.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return start + (end - start) * step / steps
