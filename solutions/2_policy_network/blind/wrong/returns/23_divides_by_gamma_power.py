# believed: cumulative sums are faster: sum gamma^k r_k from the end, divided by gamma^t
# truth: divides by gamma^t: nan for gamma=0, and nan or nonsense in float32 for long episodes with a smaller gamma
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    powers = gamma ** torch.arange(len(rewards), dtype=torch.float32)
    weighted = torch.tensor(rewards, dtype=torch.float32) * powers
    return weighted.flip(0).cumsum(0).flip(0) / powers
