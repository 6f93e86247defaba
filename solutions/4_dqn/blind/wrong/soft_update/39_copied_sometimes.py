# believed: copying everything in a fraction tau of the updates is the same on average
# truth: Everything is copied with probability tau instead of moving by the fraction tau every time.
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    if np.random.rand() < tau:
        target_net.load_state_dict(net.state_dict())
