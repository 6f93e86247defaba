# believed: range(len - 1, 0, -1) goes down to the first step
# truth: step 0 is left out, its return stays 0
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = torch.zeros(len(rewards))
    G = 0.0
    for t in range(len(rewards) - 1, 0, -1):
        G = rewards[t] + gamma * G
        returns[t] = G
    return returns
