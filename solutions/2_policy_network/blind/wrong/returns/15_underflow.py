# believed: cumulative sum of discounted rewards, divided by the discount again, is the same without a loop
# truth: in float32 gamma**t underflows to 0 for long episodes and smaller gammas (0.5**200), and 0 / 0 is nan
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    r = torch.tensor(rewards, dtype=torch.float32)
    discount = gamma ** torch.arange(len(r), dtype=torch.float32)
    return (r * discount).flip(0).cumsum(0).flip(0) / discount
