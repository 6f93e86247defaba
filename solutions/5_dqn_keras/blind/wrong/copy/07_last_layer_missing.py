# believed: layers[:-1] leaves out the Multiply at the end
# truth: the slice meant for Multiply cuts off the last Dense layer, because only layers with weights are in the list; its weights stay old
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    dense = [layer for layer in net.layers if layer.weights]
    target_dense = [layer for layer in target_net.layers if layer.weights]
    for source, goal in zip(dense[:-1], target_dense[:-1]):
        goal.set_weights(source.get_weights())
