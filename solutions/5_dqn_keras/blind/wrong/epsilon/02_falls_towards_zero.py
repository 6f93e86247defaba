# believed: start * (1 - step/steps) is the falling line, and max keeps it at end
# truth: the line is aimed at 0, so epsilon is too small on the way and reaches `end` before `steps`
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return max(end, start * (1 - step / steps))
