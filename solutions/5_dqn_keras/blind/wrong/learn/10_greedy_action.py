# believed: the mask is for the best action
# truth: the mask shows the action that looks best now, not the one that was taken
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((len(action), n_actions))])
    best = q.argmax(axis=1)
    one_hot = keras.utils.to_categorical(best, n_actions)
    return net.train_on_batch([observation, one_hot], one_hot * targets[:, None])
