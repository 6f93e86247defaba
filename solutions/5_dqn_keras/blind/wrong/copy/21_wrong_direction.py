# believed: the target network tells the network its weights
# truth: The weights are copied from the target network to the network, so what was learned is lost.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    net.set_weights(target_net.get_weights())
