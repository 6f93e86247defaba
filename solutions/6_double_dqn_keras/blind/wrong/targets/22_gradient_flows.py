# believed: the gradient only flows through what is learned, and this is not learned here
# truth: There is no stop_gradient, so the gradient of the loss also flows through the targets.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.where(terminated, reward, reward + gamma * next_value)
