# believed: minus comes before divide when read from left to right
# truth: only the mean is divided, brackets are missing
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return returns - returns.mean() / (returns.std(correction=0) + 1e-8)
