# believed: half the square below 1, the absolute value above
# truth: without the - 0.5 the loss jumps from 0.5 to 1 at an error of 1
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    error = tf.gather(net(observation), action, batch_dims=1) - targets
    size = tf.abs(error)
    return tf.reduce_mean(tf.where(size < 1.0, 0.5 * size**2, size))
