# believed: the gradient must not flow through Q
# truth: the prediction is detached, so the loss has no gradient
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    with torch.no_grad():
        q = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.smooth_l1_loss(q, targets)
