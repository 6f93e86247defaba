# believed: in-place operations save memory
# truth: the in-place product also changes the parameters of net
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.mul_(1 - tau).add_(fast.mul_(tau))
