# believed: the Huber loss is the square for small errors and the absolute value for large ones
# truth: The factor one half and the term -0.5 are missing, so the loss and its gradient for errors below 1 are twice as large.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    error = chosen - targets
    size = keras.ops.abs(error)
    return keras.ops.mean(keras.ops.where(size < 1, error**2, size))
