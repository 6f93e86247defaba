# believed: the loop runs to its end before it returns
# truth: `return` stands inside the loop, only the first step counts
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    loss = 0
    for log_prob, G in zip(log_probs, returns):
        loss = loss - log_prob * G
        return loss
