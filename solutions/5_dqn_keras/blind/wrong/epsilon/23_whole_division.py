# believed: step // steps is the part of the way that is done
# truth: The integer division makes the share 0 until step reaches steps, so epsilon stays at start and then jumps to end.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step // steps, 1)
    return start + share * (end - start)
