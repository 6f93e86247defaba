# believed: Target networks follow slowly, as in DDPG.
# truth: The weights must be equal afterwards, all at once.
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tau = 0.005
    for target_variable, variable in zip(target_net.weights, net.weights):
        target_variable.assign(tau * variable + (1 - tau) * target_variable)
