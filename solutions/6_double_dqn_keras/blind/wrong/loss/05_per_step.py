# believed: the loss has one number for each step
# truth: the mean over the batch is missing, the result has the shape (batch,)
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    error = tf.gather(net(observation), action, batch_dims=1) - targets
    size = keras.ops.abs(error)
    return keras.ops.where(size < 1, 0.5 * error**2, size - 0.5)
