# believed: the Q-values come from predict_on_batch
# truth: that is NumPy: the tape sees no gradient and tf.function cannot record it
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net.predict_on_batch(observation)
    chosen = values[np.arange(len(values)), action]
    return keras.losses.Huber()(targets, chosen)
