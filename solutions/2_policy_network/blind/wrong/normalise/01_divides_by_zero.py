# believed: the standard deviation is never zero
# truth: equal returns give 0 / 0 = nan, nothing is added to the divisor
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()) / returns.std(correction=0)
