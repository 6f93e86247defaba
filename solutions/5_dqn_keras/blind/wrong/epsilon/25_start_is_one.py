# believed: epsilon always starts at 1
# truth: The argument start is ignored; the line always starts at 1.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return 1 - share * (1 - end)
