# believed: regression, so the mean squared error
# truth: the square is not a straight line above 1 (and twice as large below)
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    return keras.ops.mean(keras.ops.square(chosen - targets))
