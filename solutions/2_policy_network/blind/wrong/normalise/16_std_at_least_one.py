# believed: limiting the divisor to at least 1 avoids the division by zero
# truth: returns with a standard deviation below 1 are not scaled
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()) / returns.std(correction=0).clamp(min=1.0)
