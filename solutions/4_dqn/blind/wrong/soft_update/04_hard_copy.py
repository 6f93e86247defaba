# believed: the target network is a copy of the network
# truth: tau is ignored, the target network jumps to the network
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    target_net.load_state_dict(net.state_dict())
