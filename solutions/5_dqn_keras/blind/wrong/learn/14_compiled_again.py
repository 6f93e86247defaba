# believed: one has to compile before training
# truth: compiling with a new Adam in each call throws away its moments and learning rate (and is very slow)
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    net.compile(loss="mse", optimizer="adam")
    one_hot = keras.utils.to_categorical(action, n_actions)
    return net.train_on_batch([observation, one_hot], one_hot * targets[:, None])
