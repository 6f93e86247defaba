# believed: keras.ops.where(terminated, a, b) takes b where terminated is true
# truth: The two cases are swapped: the future counts only where the episode terminated.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    targets = keras.ops.where(terminated, reward + gamma * next_value, reward)
    return keras.ops.stop_gradient(targets)
