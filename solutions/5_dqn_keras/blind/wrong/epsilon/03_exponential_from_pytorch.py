# believed: eps_end + (eps_start - eps_end) * exp(-steps_done / EPS_DECAY) as in the PyTorch tutorial
# truth: it falls exponentially, not in equal parts, and has not reached `end` after `steps`
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-1.0 * step / steps)
