# believed: tf.gather along axis 1 takes from each row the column of its action
# truth: Without batch_dims, tf.gather takes all actions' columns from each row, shape (batch, batch), and compares this table with the targets.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, axis=1)
    error = chosen - targets
    size = keras.ops.abs(error)
    return keras.ops.mean(keras.ops.where(size < 1, 0.5 * error**2, size - 0.5))
