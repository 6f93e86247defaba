# believed: where(terminated, a, b): a if it goes on
# truth: the branches are exchanged: the next value counts only after termination
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    y = keras.ops.where(terminated, reward + gamma * next_value, reward)
    return keras.ops.stop_gradient(y)
