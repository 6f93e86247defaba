# believed: layers of two equal networks have equal names
# truth: Layers are matched by name, but Keras numbers the names anew for each model, so no Dense layer is found and nothing is copied.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    sources = {layer.name: layer for layer in net.layers}
    for layer in target_net.layers:
        if layer.name in sources:
            layer.set_weights(sources[layer.name].get_weights())
