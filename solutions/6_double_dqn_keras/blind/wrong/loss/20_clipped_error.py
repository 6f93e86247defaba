# believed: Clip the error to one, then square it: no error pulls harder than 1.
# truth: Beyond 1 this is flat, not a straight line: large errors have no gradient at all.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = tf.gather(net(observation), action, batch_dims=1)
    error = keras.ops.clip(targets - q, -1.0, 1.0)
    return keras.ops.mean(0.5 * keras.ops.square(error))
