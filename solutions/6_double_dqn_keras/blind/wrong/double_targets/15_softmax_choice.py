# believed: a soft argmax is smoother
# truth: the value is a softmax-weighted mean over all actions, not that of the best action
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    weights = keras.ops.softmax(net(next_observation), axis=1)
    value = keras.ops.sum(weights * target_net(next_observation), axis=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
