# believed: the value of the state is the maximum
# truth: the largest Q-value learns, not that of the action taken
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = keras.ops.max(net(observation), axis=1)
    return keras.losses.Huber()(targets, values)
