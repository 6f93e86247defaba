# believed: axis=0 is the batch, over which the function works
# truth: the maximum is taken over the batch for each action, shape (n_actions,), which fits only by accident
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=0)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
