# believed: the return is the sum of the rewards to come
# truth: gamma is never used
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    return torch.tensor([float(sum(rewards[t:])) for t in range(len(rewards))])
