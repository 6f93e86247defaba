# believed: subtract how much the network overestimates
# truth: the target is corrected by a difference of maxima instead of choosing with one network and evaluating with the other
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    values, others = net(next_observation), target_net(next_observation)
    over = keras.ops.max(values, axis=1) - keras.ops.max(others, axis=1)
    y = keras.ops.where(terminated, reward, reward + gamma * (keras.ops.max(others, axis=1) - over))
    return keras.ops.stop_gradient(y)
