# believed: after target_net = net both are equal
# truth: Only the local name target_net is changed; the caller's target network keeps its weights.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net = net
    return target_net
