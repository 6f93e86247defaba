# believed: decay is the number of steps until half is gone
# truth: powers of 2 instead of e
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * 0.5 ** (step / decay)
