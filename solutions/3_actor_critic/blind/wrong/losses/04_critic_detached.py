# believed: the values are constants in both losses
# truth: the critic's loss has no gradient
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    actor = torch.mean(-log_probs * advantages)
    critic = F.smooth_l1_loss(values.detach(), returns)
    return actor, critic
