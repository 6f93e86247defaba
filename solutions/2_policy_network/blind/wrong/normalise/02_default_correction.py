# believed: the tiny number in the divisor covers all the cases
# truth: without correction=0 the std of a single return is nan
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return (returns - returns.mean()) / (returns.std() + 1e-8)
