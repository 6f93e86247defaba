# believed: The Huber loss of all steps of the batch.
# truth: It is the sum over the batch instead of the mean.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = tf.gather(net(observation), action, batch_dims=1)
    error = keras.ops.abs(q - targets)
    return keras.ops.sum(keras.ops.where(error < 1, 0.5 * error**2, error - 0.5))
