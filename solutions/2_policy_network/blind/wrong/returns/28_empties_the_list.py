# believed: popping the last reward is the natural way to go backwards
# truth: pops the rewards, so the caller's list is empty afterwards
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = []
    following = 0.0
    while rewards:
        following = rewards.pop() + gamma * following
        returns.append(following)
    returns.reverse()
    return torch.tensor(returns)
