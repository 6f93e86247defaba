# believed: var and std are the same thing
# truth: it divides by the variance, so the standard deviation of the result is 1/std
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()) / (returns.var(correction=0) + 1e-8)
