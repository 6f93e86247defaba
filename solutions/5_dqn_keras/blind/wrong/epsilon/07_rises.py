# believed: end + (start - end) * share
# truth: start and end are swapped: at step 0 epsilon is `end`, and it rises to `start`
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return end + share * (start - end)
