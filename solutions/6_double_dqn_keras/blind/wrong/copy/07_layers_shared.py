# believed: the target network gets the layers of net
# truth: both networks then own the same layers, so the target network learns along
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.hidden_layers = net.hidden_layers
    target_net.output_layer = net.output_layer
