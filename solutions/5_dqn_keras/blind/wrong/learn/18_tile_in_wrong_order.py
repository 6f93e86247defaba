# believed: np.tile repeats the targets, reshape makes rows of them.
# truth: The rows are t0 t1, t2 t3, ... instead of t0 t0, t1 t1, so the steps get the targets of other steps.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    column = np.tile(targets, n_actions).reshape(len(action), n_actions)
    return net.train_on_batch([observation, one_hot], one_hot * column)
