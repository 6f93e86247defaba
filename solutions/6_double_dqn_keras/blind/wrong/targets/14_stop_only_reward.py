# believed: the reward is the number that has to be fixed
# truth: the gradient is stopped at the reward, where there is none, but flows through the next value
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    fixed = keras.ops.stop_gradient(reward)
    return keras.ops.where(terminated, fixed, fixed + gamma * next_value)
