# believed: ~terminated as a factor, as in unit 5
# truth: a boolean tensor cannot be multiplied with a float tensor: TypeError / InvalidArgumentError
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.stop_gradient(reward + gamma * next_value * ~terminated)
