# believed: the weights are in the list of hidden layers
# truth: Only the hidden layers are copied; the output layer keeps its old weights.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for old, new in zip(target_net.hidden_layers, net.hidden_layers):
        old.set_weights(new.get_weights())
