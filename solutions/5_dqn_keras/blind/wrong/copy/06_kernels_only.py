# believed: the weights are the kernels
# truth: the biases are not copied
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for theirs, ours in zip(target_net.layers, net.layers):
        if isinstance(ours, layers.Dense):
            theirs.kernel.assign(ours.kernel)
