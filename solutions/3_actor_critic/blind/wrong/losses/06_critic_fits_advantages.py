# believed: the critic learns the advantage
# truth: the critic's target are the advantages instead of the returns
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -torch.mean(log_probs * advantages)
    value_loss = F.smooth_l1_loss(values, advantages)
    return policy_loss, value_loss
