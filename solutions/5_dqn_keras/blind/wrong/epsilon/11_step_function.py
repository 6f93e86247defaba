# believed: random until `steps`, after that the small value
# truth: epsilon does not fall along a line but jumps at `steps`
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return start if step < steps else end
