# believed: net gets the weights of target_net, like in an assignment from right to left of the arguments
# truth: the direction is wrong
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    net.set_weights(target_net.get_weights())
