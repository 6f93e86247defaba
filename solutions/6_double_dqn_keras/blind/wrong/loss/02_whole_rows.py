# believed: Huber compares the network's output with the targets
# truth: Q-values of all actions are compared with the target, the action taken is not selected
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    return keras.losses.Huber()(keras.ops.expand_dims(targets, 1), net(observation))
