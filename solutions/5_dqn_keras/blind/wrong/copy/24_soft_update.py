# believed: the target network follows slowly, as in newer papers
# truth: Only half a percent of the way to the network's weights is gone (a soft update) instead of a full copy.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tau = 0.005
    mixed = [
        tau * new + (1 - tau) * old for new, old in zip(net.get_weights(), target_net.get_weights())
    ]
    target_net.set_weights(mixed)
