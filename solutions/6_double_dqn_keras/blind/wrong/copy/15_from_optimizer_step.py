# believed: trainable_variables and assign_sub, as in gradient descent
# truth: the difference is subtracted with the wrong sign, so the target network moves away from net
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for goal, source in zip(target_net.trainable_variables, net.trainable_variables):
        goal.assign_sub(source - goal)
