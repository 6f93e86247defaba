# believed: median is a robust mean
# truth: the median is subtracted, so the mean of the result is not 0
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.median()) / (returns.std(correction=0) + 1e-8)
