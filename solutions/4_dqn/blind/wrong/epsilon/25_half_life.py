# believed: decay is the number of steps until half is gone
# truth: The difference is halved every decay steps instead of divided by e.
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * 0.5 ** (step / decay)
