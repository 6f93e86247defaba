# believed: dividing the reversed cumulative sum by gamma**t is the same as the recursion, only faster
# truth: divides by gamma**t, which is 0 for gamma=0 (nan) and vanishes in float32 for small gamma and long episodes (nan or rounding errors)
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    powers = torch.tensor(float(gamma)) ** torch.arange(len(rewards))
    discounted = torch.tensor(rewards, dtype=torch.float32) * powers
    return discounted.flip(0).cumsum(0).flip(0) / powers
