# believed: stop_gradient for everything that comes out of a network
# truth: the prediction's gradient is stopped, too, so the network never learns
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = keras.ops.stop_gradient(tf.gather(net(observation), action, batch_dims=1))
    return keras.losses.Huber()(targets, chosen)
