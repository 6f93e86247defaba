# believed: from start, add the share of end
# truth: start + share * end rises; it must be share * (end - start)
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return start + share * end
