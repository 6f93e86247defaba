# believed: keras.ops.max gives the largest Q-value.
# truth: Without the axis it is the largest of the whole batch, the same for every row.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation))
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
