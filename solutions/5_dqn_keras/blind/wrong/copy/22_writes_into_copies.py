# believed: get_weights gives me the arrays of the network, so I can write into them
# truth: The values are written into the copies that get_weights returns, so the target network does not change.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for old, new in zip(target_net.get_weights(), net.get_weights()):
        old[...] = new
