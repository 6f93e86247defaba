# believed: the network's own act gives the best
# truth: act returns the number of the best action and not its value (and is NumPy, so it fails in tf.function)
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    best = target_net.act(next_observation)
    y = keras.ops.where(terminated, reward, reward + gamma * keras.ops.cast(best, "float32"))
    return keras.ops.stop_gradient(y)
