# believed: assign_add puts the new weights in
# truth: the weights of net are added to those of the target network
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for t, w in zip(target_net.weights, net.weights):
        t.assign_add(w)
