# believed: normalising means scaling to the range from 0 to 1
# truth: the result has neither mean 0 nor standard deviation 1 (and all values are positive)
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    low, high = returns.min(), returns.max()
    return (returns - low) / (high - low + 1e-8)
