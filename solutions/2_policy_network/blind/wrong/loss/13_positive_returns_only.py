# believed: one learns from successes only
# truth: negative returns are cut off, so bad actions are not discouraged
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs * F.relu(returns)).mean()
