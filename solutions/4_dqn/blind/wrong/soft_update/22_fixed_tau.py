# believed: tau is 0.25 in this unit
# truth: the argument is ignored
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.lerp_(fast, 0.25)
