# believed: equal parts means that it falls by the same factor in every step
# truth: equal factors are a geometric decay; the text asks for a straight line
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    if step >= steps:
        return end
    return start * (end / start) ** (step / steps)
