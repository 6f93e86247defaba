# believed: net is set to what the target network has
# truth: the target network gives and net receives, so everything learned is lost
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    net.set_weights(target_net.get_weights())
