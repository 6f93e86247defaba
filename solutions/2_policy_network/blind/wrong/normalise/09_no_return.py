# believed: returns is changed by the line
# truth: a new tensor is bound to a local name and nothing is returned
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    returns = (returns - returns.mean()) / (returns.std(correction=0) + 1e-8)
