# believed: the target network only needs rough values, so half the memory is enough
# truth: The weights are rounded to 16 bits before they are set, so the target network's weights are not equal to the network's.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights([weight.astype(np.float16) for weight in net.get_weights()])
