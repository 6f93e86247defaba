# believed: After the assignment the target network is the network.
# truth: Only a local name changes; the caller's target network keeps its weights.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net = net
    return target_net
