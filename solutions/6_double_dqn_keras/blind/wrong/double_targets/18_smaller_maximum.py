# believed: Overestimation is avoided by the smaller of the two maxima.
# truth: That is clipped double Q-learning (TD3), not Q_target at net's best action.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    next_value = keras.ops.minimum(
        keras.ops.max(net(next_observation), axis=1), keras.ops.max(target_net(next_observation), axis=1)
    )
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
