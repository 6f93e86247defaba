# believed: start at 0 and end at `steps`, so two cases
# truth: between 0 and `steps` nothing is returned (None)
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    if step == 0:
        return start
    if step >= steps:
        return end
