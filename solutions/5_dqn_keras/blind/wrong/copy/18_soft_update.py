# believed: Target networks follow slowly: a small part of the new weights each time.
# truth: The weights must be equal afterwards; this is an average of the old and the new ones.
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tau = 0.01
    target_net.set_weights(
        [tau * new + (1 - tau) * old for new, old in zip(net.get_weights(), target_net.get_weights())]
    )
