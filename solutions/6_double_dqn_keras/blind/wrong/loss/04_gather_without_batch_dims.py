# believed: gather takes the actions' values
# truth: without batch_dims the rows 0 and 1 are taken instead of the columns
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(net(observation), action)
    return keras.losses.Huber()(targets[:, None], chosen)
