# believed: the target network takes the fraction tau of the network on board
# truth: tau times the network is added, but the target is not reduced by the factor 1 - tau.
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.add_(tau * fast)
