# believed: lerp both towards each other
# truth: the network that learns is changed as well
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.lerp_(fast, tau)
            fast.copy_(slow)
