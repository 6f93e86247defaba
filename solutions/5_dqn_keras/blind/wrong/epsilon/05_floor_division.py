# believed: step and steps are whole numbers so I divide with //
# truth: the share is 0 until `steps`, so epsilon stays at start and then jumps to end
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step // steps, 1)
    return start + share * (end - start)
