# believed: a probability needs two digits only
# truth: rounding makes stairs instead of equal parts, and an end like 0.001 becomes 0
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return round(start + share * (end - start), 2)
