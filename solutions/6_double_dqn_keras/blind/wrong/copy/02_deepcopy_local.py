# believed: copy.deepcopy copies
# truth: only a local variable is changed
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    import copy

    target_net = copy.deepcopy(net)
