# believed: Huber is the absolute error
# truth: small errors are not squared
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    return keras.ops.mean(keras.ops.abs(chosen - targets))
