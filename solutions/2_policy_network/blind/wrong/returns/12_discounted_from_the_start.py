# believed: each reward is weighted by gamma to the number of its step
# truth: the sum from t on is weighted with gamma**k instead of gamma**(k - t), so G_t is too small by gamma**t
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    weighted = [gamma**k * reward for k, reward in enumerate(rewards)]
    return torch.tensor([float(sum(weighted[t:])) for t in range(len(weighted))])
