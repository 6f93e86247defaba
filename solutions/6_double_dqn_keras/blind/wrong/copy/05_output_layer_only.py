# believed: the output layer holds the Q-values
# truth: the hidden layers are not transferred
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.output_layer.set_weights(net.output_layer.get_weights())
