# believed: a network that must not learn gets trainable = False, then no gradient flows
# truth: freezing is a side effect on the network it was given (it stops learning if it is the learning one), and the result is still differentiable with respect to what the network computes; nothing is stopped
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    target_net.trainable = False
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.where(terminated, reward, reward + gamma * next_value)
