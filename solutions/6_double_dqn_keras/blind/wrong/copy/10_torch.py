# believed: param.data.copy_ works for all networks
# truth: PyTorch code; Keras models have no parameters()
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_param, param in zip(target_net.parameters(), net.parameters()):
        target_param.data.copy_(param.data)
