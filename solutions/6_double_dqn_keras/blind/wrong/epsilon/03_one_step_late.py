# believed: after `steps` steps there are steps + 1 values, so divide by steps + 1
# truth: the line is a little too flat and `end` is reached one step late
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / (steps + 1), 1.0)
    return start + share * (end - start)
