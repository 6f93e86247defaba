# believed: the last line of a function is its value
# truth: nothing is returned, the function gives None
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    probability = (1 - share) * start + share * end
