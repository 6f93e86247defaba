# believed: get_weights of the target network gets the weights
# truth: only a local list of NumPy copies is filled, nothing is written into the target network
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_weights = target_net.get_weights()
    for i, w in enumerate(net.get_weights()):
        target_weights[i] = w
