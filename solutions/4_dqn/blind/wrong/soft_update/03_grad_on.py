# believed: copy_ works on any tensor
# truth: an in-place change of a parameter that requires a gradient raises an error without no_grad
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for slow, fast in zip(target_net.parameters(), net.parameters()):
        slow.copy_(tau * fast + (1 - tau) * slow)
