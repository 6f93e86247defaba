# believed: the chosen value keeps its column
# truth: (batch, 1) minus (batch,) is (batch, batch): each Q-value is compared with all targets
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    mask = tf.one_hot(action, net.n_actions)
    chosen = tf.reduce_sum(mask * net(observation), axis=1, keepdims=True)
    error = chosen - targets
    small = tf.abs(error) <= 1.0
    return tf.reduce_mean(tf.where(small, 0.5 * tf.square(error), tf.abs(error) - 0.5))
