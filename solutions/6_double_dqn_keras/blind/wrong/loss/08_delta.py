# believed: the delta is the size from which on the error counts, 0.1 because the rewards are scaled
# truth: the straight line must begin at an error of 1
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    return keras.losses.Huber(delta=0.1)(targets, chosen)
