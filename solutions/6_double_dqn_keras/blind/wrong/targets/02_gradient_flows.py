# believed: only the loss needs gradients, so the targets need nothing special
# truth: no stop_gradient: the tape sends a gradient through the targets into the network
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.where(terminated, reward, reward + gamma * next_value)
