# believed: The part of the way that is done, but not more than 1.
# truth: // rounds down, so epsilon stays at start until `steps` and then jumps to end.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step // steps, 1)
    return start + share * (end - start)
