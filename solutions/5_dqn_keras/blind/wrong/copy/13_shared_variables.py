# believed: I give the target network the layers' variables, that is the fastest way
# truth: both networks then share the same variables, so the target network changes with every update step
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for theirs, ours in zip(target_net.layers, net.layers):
        if isinstance(ours, layers.Dense):
            theirs._kernel = ours._kernel
            theirs.bias = ours.bias
