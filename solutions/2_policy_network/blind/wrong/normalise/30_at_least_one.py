# believed: the divisor must not be small, so it is kept at 1 or above
# truth: the standard deviation is clamped to at least 1, so returns that lie close together are not scaled to standard deviation 1
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    std = returns.std(correction=0).clamp(min=1.0)
    return (returns - returns.mean()) / std
