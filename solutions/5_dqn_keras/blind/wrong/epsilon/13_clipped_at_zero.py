# believed: the hint says that it may become negative, so I keep it above 0
# truth: after `steps` it goes on falling from `end` down to 0 instead of staying at `end`
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    value = start - (start - end) * step / steps
    return max(0.0, value)
