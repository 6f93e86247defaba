# believed: Q(s, a) is the value of the best action.
# truth: It compares the maximum instead of the value of the action that was taken.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = keras.ops.max(net(observation), axis=1)
    return keras.losses.Huber()(targets, q)
