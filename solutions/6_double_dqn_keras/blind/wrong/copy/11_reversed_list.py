# believed: the order of the list does not matter, all arrays are transferred
# truth: zip over reversed weights puts arrays in the wrong layers (and fails because of the shapes)
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for goal, source in zip(target_net.weights, reversed(net.weights)):
        goal.assign(source)
