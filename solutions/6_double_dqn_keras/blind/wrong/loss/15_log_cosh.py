# believed: log-cosh is the smooth Huber loss
# truth: it is similar to Huber but not the same (at an error of 1: 0.43 instead of 0.5)
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    return keras.losses.LogCosh()(targets, chosen)
