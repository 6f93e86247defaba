# believed: G_t = r_t + gamma r_{t+1}
# truth: only two rewards are counted instead of all that follow
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    r = torch.tensor(rewards, dtype=torch.float32)
    following = torch.cat([r[1:], torch.zeros(1)])
    return r + gamma * following
