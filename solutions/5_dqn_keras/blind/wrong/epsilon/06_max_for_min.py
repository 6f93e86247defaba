# believed: the share must be at most 1, so max(…, 1)
# truth: max makes the share at least 1, so epsilon is `end` (or less) from the beginning
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = max(step / steps, 1)
    return start + share * (end - start)
