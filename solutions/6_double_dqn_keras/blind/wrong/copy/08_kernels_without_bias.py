# believed: the weights are w[0] of each layer
# truth: the biases stay as they were
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for goal, source in zip(target_net.layers, net.layers):
        goal.set_weights([source.get_weights()[0], goal.get_weights()[1]])
