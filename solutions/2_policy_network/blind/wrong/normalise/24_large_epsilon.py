# believed: adding 1 to the divisor keeps it away from zero
# truth: the standard deviation is std / (std + 1), not 1
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()) / (returns.std(correction=0) + 1)
