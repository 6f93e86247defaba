# believed: The one-hot encoding picks the value; keepdims keeps the shape.
# truth: (batch, 1) minus (batch,) is a table (batch, batch): every value is compared with every target.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    q = keras.ops.sum(values * keras.ops.one_hot(action, values.shape[-1]), axis=1, keepdims=True)
    error = keras.ops.abs(q - targets)
    return keras.ops.mean(keras.ops.where(error < 1, 0.5 * error**2, error - 0.5))
