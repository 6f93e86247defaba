# believed: All dense layers with ReLU get the weights.
# truth: The last dense layer is left out, so the Q-values are not the same.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_layer, layer in zip(target_net.layers, net.layers):
        if isinstance(layer, layers.Dense) and layer.activation is keras.activations.relu:
            target_layer.set_weights(layer.get_weights())
