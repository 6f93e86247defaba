# believed: modern agents use a soft update
# truth: the weights are not equal afterwards
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for t, w in zip(target_net.weights, net.weights):
        t.assign(0.99 * t + 0.01 * w)
