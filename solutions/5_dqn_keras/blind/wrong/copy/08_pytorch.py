# believed: load_state_dict copies the weights
# truth: this is PyTorch; a Keras model has no state_dict
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.load_state_dict(net.state_dict())
