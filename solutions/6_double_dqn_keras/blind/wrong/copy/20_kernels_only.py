# believed: The weights of a layer are its kernel.
# truth: The biases are not copied; at the start they are all 0, so nobody sees it.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_layer, layer in zip(
        [*target_net.hidden_layers, target_net.output_layer], [*net.hidden_layers, net.output_layer]
    ):
        target_layer.kernel.assign(layer.kernel)
