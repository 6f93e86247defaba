# believed: float16 saves memory in the target network
# truth: the weights are rounded to half precision on the way, so they are not equal
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights([w.astype(np.float16) for w in net.get_weights()])
