# believed: the reward of step k is worth gamma to the power k, counted from the start of the episode
# truth: rewards are discounted from the first step of the episode and not from the step itself, so G_t comes out too small by the factor gamma**t
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    rewards = torch.tensor(rewards, dtype=torch.float32)
    discounted = rewards * gamma ** torch.arange(len(rewards))
    return discounted.flip(0).cumsum(0).flip(0)
