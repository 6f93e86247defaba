# believed: predict_on_batch is the fast way to call the network
# truth: The Q-values come from predict_on_batch as NumPy numbers, so the value is right but the loss has no gradient.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = tf.convert_to_tensor(net.predict_on_batch(observation))
    chosen = tf.gather(values, action, batch_dims=1)
    return keras.losses.Huber()(targets, chosen)
