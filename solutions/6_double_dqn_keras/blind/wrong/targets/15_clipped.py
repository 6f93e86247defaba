# believed: values are at most 1 with scaled rewards, so clip them to be safe
# truth: targets above 1 or below 0 are cut off, which the formula does not say (invisible in the cart pole)
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    y = keras.ops.where(terminated, reward, reward + gamma * next_value)
    return keras.ops.stop_gradient(keras.ops.clip(y, 0.0, 1.0))
