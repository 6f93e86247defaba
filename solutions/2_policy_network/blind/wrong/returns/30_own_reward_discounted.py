# believed: everything that is added to a return is discounted, the step's own reward too
# truth: computes gamma * (r_t + G_{t+1}), so the step's own reward is discounted once and every return is too small by the factor gamma
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = torch.zeros(len(rewards))
    following = 0.0
    for t in range(len(rewards) - 1, -1, -1):
        following = gamma * (rewards[t] + following)
        returns[t] = following
    return returns
