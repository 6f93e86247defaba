# believed: epsilon decay means multiplying by the same factor in every step
# truth: Epsilon falls geometrically (by equal factors) instead of along a straight line (in equal parts).
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return start * (end / start) ** share
