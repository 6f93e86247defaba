# believed: the first call does the learning, and the second one gives the loss afterwards
# truth: train_on_batch is called twice, so each batch makes two update steps.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    wanted = one_hot * targets[:, None]
    net.train_on_batch([observation, one_hot], wanted)
    loss = net.train_on_batch([observation, one_hot], wanted)
    return loss
