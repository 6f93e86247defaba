# believed: The weights of a layer are its kernel.
# truth: The biases are not copied; as long as they are all 0, at the start, nobody sees it.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_layer, layer in zip(target_net.layers, net.layers):
        if isinstance(layer, layers.Dense):
            target_layer.kernel.assign(layer.kernel)
