# believed: the value of the next state is what its actions are worth on average
# truth: The mean of the next Q-values is taken instead of their maximum.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.mean(target_net(next_observation), axis=1)
    targets = keras.ops.where(terminated, reward, reward + gamma * next_value)
    return keras.ops.stop_gradient(targets)
