# believed: a straight line from start to end over decay steps
# truth: the text wants an exponential decay
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return max(end, start - (start - end) * step / decay)
