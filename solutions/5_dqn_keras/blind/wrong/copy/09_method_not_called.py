# believed: get_weights is the list of weights
# truth: the method itself is handed over, it is not called
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights(net.get_weights)
