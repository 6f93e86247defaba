# believed: add the fraction tau of the network
# truth: the old part is not multiplied with 1 - tau, the target network grows
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.add_(fast, alpha=tau)
