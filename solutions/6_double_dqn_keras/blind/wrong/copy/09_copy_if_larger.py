# believed: only weights that have grown need to be transferred
# truth: takes the larger of both weights, so weights that fell are not copied
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for goal, source in zip(target_net.weights, net.weights):
        goal.assign(keras.ops.maximum(goal, source))
