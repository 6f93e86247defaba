# believed: the loss of a batch is the sum of the losses
# truth: the sum is batch_size times the mean
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action, batch_dims=1)
    return keras.losses.Huber(reduction="sum")(targets, chosen)
