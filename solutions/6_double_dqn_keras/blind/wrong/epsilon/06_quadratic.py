# believed: falling faster at first explores less, that is better
# truth: the share is bent (a parabola), epsilon must fall along a straight line
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return end + (start - end) * (1 - share) ** 2
