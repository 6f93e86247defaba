# believed: requires_grad_(False) is the same as no_grad
# truth: the parameters of net lose requires_grad for good, so the network cannot learn any more
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for p in list(target_net.parameters()) + list(net.parameters()):
        p.requires_grad_(False)
    for slow, fast in zip(target_net.parameters(), net.parameters()):
        slow.lerp_(fast, tau)
