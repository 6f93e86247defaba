# believed: after termination everything is 0
# truth: y is 0 instead of r where the episode terminated
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    y = keras.ops.where(terminated, 0.0, reward + gamma * next_value)
    return keras.ops.stop_gradient(y)
