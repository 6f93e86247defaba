# believed: the weights of a Dense layer are its kernel
# truth: Only the kernels are copied; the biases of the target network keep their old values.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for old, new in zip(target_net.layers, net.layers):
        if hasattr(new, "kernel"):
            old.kernel.assign(new.kernel)
