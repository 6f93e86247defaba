# believed: after the first step one part of the way is already done
# truth: The share is (step + 1) / steps, so epsilon is below start at step 0 and reaches end one step too early.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min((step + 1) / steps, 1)
    return (1 - share) * start + share * end
