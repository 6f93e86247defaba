# believed: slow.data = fast.data copies the numbers
# truth: tau is ignored and both networks share their tensors from now on
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    for slow, fast in zip(target_net.parameters(), net.parameters()):
        slow.data = fast.data
