# believed: a[:] = b writes into the weights of the target network
# truth: get_weights returns NumPy copies, so writing into them changes nothing in the model
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for a, b in zip(target_net.get_weights(), net.get_weights()):
        a[:] = b
