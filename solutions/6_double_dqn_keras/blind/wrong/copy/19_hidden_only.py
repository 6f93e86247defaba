# believed: The layers of the network are in hidden_layers.
# truth: The output layer does not get the weights.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_layer, layer in zip(target_net.hidden_layers, net.hidden_layers):
        target_layer.set_weights(layer.get_weights())
