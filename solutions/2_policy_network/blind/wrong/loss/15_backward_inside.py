# believed: computing the loss includes its gradient
# truth: `backward` is already called here, so the gradient is computed twice (or the second call fails)
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    loss = -(log_probs * returns).mean()
    loss.backward()
    return loss
