# believed: the running sum is reset whenever a reward comes (Karpathy's Pong code)
# truth: on the cart pole every reward is 1, so each return becomes just the own reward
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    discounted_r = np.zeros(len(rewards), dtype=np.float32)
    running_add = 0
    for t in reversed(range(0, len(rewards))):
        if rewards[t] != 0:
            running_add = 0
        running_add = running_add * gamma + rewards[t]
        discounted_r[t] = running_add
    return torch.from_numpy(discounted_r)
