# believed: to make them equal I take the mean of both
# truth: the target network gets the mean of old and new weights, not those of net
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    mean = [(a + b) / 2 for a, b in zip(target_net.get_weights(), net.get_weights())]
    target_net.set_weights(mean)
