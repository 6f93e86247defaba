# believed: F.normalize normalises
# truth: it scales the vector to length 1; mean 0 and standard deviation 1 are both missed
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.normalize(returns, dim=0)
