# believed: The loss is the mean squared error.
# truth: The Huber loss is wanted: half the square below 1 and a straight line above.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = tf.gather(net(observation), action, batch_dims=1)
    return keras.ops.mean(keras.ops.square(q - targets))
