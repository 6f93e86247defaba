# believed: assign goes from the first to the second
# truth: The network gets the target network's weights instead of the other way round.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_variable, variable in zip(target_net.weights, net.weights):
        variable.assign(target_variable)
