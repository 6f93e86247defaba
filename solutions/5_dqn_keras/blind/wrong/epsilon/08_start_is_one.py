# believed: at the start epsilon is 1, the text says so
# truth: the argument start is ignored; only right when start is 1
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return 1 - share * (1 - end)
