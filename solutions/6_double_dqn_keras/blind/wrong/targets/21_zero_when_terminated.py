# believed: A terminated step is worth nothing.
# truth: The reward of a terminated step is lost; y must be r there.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    goes_on = keras.ops.cast(keras.ops.logical_not(terminated), "float32")
    return keras.ops.stop_gradient((reward + gamma * next_value) * goes_on)
