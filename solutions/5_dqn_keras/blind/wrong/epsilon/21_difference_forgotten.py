# believed: Subtract the share that is done from start, but never go below end.
# truth: It falls by 1 in `steps` steps instead of by start - end, so end is reached too early.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return max(start - share, end)
