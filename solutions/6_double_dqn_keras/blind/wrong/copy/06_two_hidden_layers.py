# believed: there are two hidden layers
# truth: hard-coded: with three hidden layers the third keeps its old weights (and with one it fails)
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for i in range(2):
        target_net.hidden_layers[i].set_weights(net.hidden_layers[i].get_weights())
    target_net.output_layer.set_weights(net.output_layer.get_weights())
