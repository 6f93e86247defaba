# believed: the target network follows slowly with tau = 0.005, as in the PyTorch tutorial
# truth: the weights do not become equal, they move by half a percent
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tau = 0.005
    target_net.set_weights(
        [tau * w + (1 - tau) * t for w, t in zip(net.get_weights(), target_net.get_weights())]
    )
