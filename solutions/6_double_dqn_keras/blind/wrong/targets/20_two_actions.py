# believed: The larger of the two Q-values.
# truth: This looks at the first two actions only; in section 9 there are ten.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    values = target_net(next_observation)
    next_value = keras.ops.maximum(values[:, 0], values[:, 1])
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
