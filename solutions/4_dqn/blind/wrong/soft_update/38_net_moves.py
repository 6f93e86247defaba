# believed: lerp_ moves its argument towards the tensor it is called on
# truth: The network is moved towards the target network instead of the other way round.
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            fast.lerp_(slow, tau)
