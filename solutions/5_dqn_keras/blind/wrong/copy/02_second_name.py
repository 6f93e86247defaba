# believed: the assignment copies the network
# truth: only the local name changes, the target network stays as it is
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net = net
