# believed: one number means float
# truth: float() leaves TensorFlow: no gradient any more, and an error inside tf.function
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    return float(keras.losses.Huber()(targets, chosen))
