# believed: after the transfer, net starts from scratch
# truth: target_net receives the weights, but net is overwritten with new random ones
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    weights = net.get_weights()
    target_net.set_weights(weights)
    net.set_weights([np.random.normal(scale=0.05, size=w.shape) for w in weights])
