# believed: from_config builds the same network
# truth: the configuration has no weights, and the new model is thrown away
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net = DQN.from_config(net.get_config())
