# believed: First the network that gives, then the one that receives, is the natural order.
# truth: The order of the arguments must stay as it was: transfer_weights(target_net, net) now copies in the wrong direction.
def transfer_weights(net, target_net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights(net.get_weights())
