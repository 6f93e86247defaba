# believed: the advantage is already the difference of return and value, so the critic's loss is its size
# truth: The critic's loss is computed from the detached advantages, so it has the right value but gives the critic no gradient.
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -torch.mean(log_probs * advantages)
    value_loss = F.smooth_l1_loss(advantages, torch.zeros_like(advantages))
    return policy_loss, value_loss
