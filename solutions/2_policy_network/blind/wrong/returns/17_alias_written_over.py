# believed: `returns = rewards` makes a copy to be overwritten
# truth: it is the same list, so the caller's rewards are overwritten by the returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = rewards
    for t in range(len(returns) - 2, -1, -1):
        returns[t] = returns[t] + gamma * returns[t + 1]
    return torch.tensor(returns, dtype=torch.float32)
