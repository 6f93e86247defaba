# believed: where takes the first where the condition is true.
# truth: The two cases are in the wrong order: only terminated steps get the value of the next state.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward + gamma * next_value, reward))
