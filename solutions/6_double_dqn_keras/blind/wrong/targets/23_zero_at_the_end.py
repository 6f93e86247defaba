# believed: after termination nothing is worth anything
# truth: The target is 0 instead of the reward where the episode terminated.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    targets = (reward + gamma * next_value) * (1 - keras.ops.cast(terminated, "float32"))
    return keras.ops.stop_gradient(targets)
