# believed: a few digits are enough for targets
# truth: the weights are rounded to two digits, so they are not equal
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights([np.round(w, 2) for w in net.get_weights()])
