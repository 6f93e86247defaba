# believed: bad actions should just not be encouraged
# truth: the negative half is set to zero, mean 0 is lost
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    z = (returns - returns.mean()) / (returns.std(correction=0) + 1e-8)
    return torch.where(z > 0, z, torch.zeros_like(z))
