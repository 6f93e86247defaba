# believed: the networks exchange their roles
# truth: net gets the old weights of the target network, too
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    ours, theirs = net.get_weights(), target_net.get_weights()
    target_net.set_weights(ours)
    net.set_weights(theirs)
