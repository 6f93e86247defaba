# believed: only actions that went better than usual should teach something
# truth: negative returns are set to 0, so bad actions are never made less likely
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs * F.relu(returns)).mean()
