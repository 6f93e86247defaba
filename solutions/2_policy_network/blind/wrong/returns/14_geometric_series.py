# believed: every reward is 1, so the closed formula of the geometric series will do
# truth: the rewards are ignored (right only if all of them are 1), and gamma = 1 divides by zero
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    steps_left = torch.arange(len(rewards), 0, -1, dtype=torch.float32)
    return (1 - gamma**steps_left) / (1 - gamma)
