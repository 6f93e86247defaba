# believed: the advantage is the error of the critic, so its size is the critic's loss
# truth: the advantages are detached: the critic's loss has no gradient
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(advantages * log_probs).mean()
    value_loss = F.smooth_l1_loss(advantages, torch.zeros_like(advantages))
    return policy_loss, value_loss
