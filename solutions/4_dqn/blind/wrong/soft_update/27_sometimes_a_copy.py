# believed: a copy with probability tau moves the target by tau on average
# truth: each call must move each parameter by the fraction tau, not all or nothing
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    if np.random.rand() < tau:
        target_net.load_state_dict(net.state_dict())
