# believed: clone_model makes a copy of the network
# truth: a new model (with new random weights) is returned, target_net is not changed
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net = keras.models.clone_model(net)
    target_net.set_weights(net.get_weights())
    return target_net
