# believed: a network has three layers, so six arrays
# truth: Only the first six arrays are copied, so with more than two hidden layers the last ones keep their old weights, and with fewer it crashes.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for i in range(6):
        target_net.weights[i].assign(net.weights[i])
