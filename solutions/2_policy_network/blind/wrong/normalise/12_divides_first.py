# believed: the order of shifting and scaling does not matter
# truth: the mean that is subtracted belongs to the unscaled returns, so the result does not have mean 0
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    scaled = returns / (returns.std(correction=0) + 1e-8)
    return scaled - returns.mean()
