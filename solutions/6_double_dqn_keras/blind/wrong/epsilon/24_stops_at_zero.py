# believed: epsilon must not become negative
# truth: Epsilon is kept from falling below 0 instead of below end.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return max(start - (start - end) * step / steps, 0.0)
