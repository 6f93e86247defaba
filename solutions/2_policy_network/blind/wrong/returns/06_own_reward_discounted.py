# believed: gamma multiplies the whole sum
# truth: the step's own reward is discounted too: every return is too small by the factor gamma
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    G = 0.0
    returns = []
    for r in rewards[::-1]:
        G = gamma * (r + G)
        returns.insert(0, G)
    return torch.tensor(returns)
