# believed: stop when step is smaller than steps
# truth: after `steps` it returns start again because the variable is only changed inside the if
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    value = start
    if step < steps:
        value = start - (start - end) * step / steps
    return value
