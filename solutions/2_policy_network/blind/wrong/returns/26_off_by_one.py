# believed: the return is what comes after the step
# truth: the step's own reward is missing and every later reward has one gamma too many or too few: G_t = gamma * (r_t + G_t+1)
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = []
    following = 0.0
    for reward in reversed(rewards):
        following = gamma * (reward + following)
        returns.append(following)
    return torch.tensor(returns[::-1])
