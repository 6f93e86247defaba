# believed: a network that was copied is equal from then on
# truth: only the first call copies, later ones do nothing
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    if not getattr(target_net, "is_copied", False):
        target_net.set_weights(net.get_weights())
        target_net.is_copied = True
