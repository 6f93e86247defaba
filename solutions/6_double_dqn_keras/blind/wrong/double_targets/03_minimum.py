# believed: take the smaller of the two estimates, as in TD3
# truth: clipped double Q-learning is another method, the formula has no minimum of two networks
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    smaller = keras.ops.minimum(net(next_observation), target_net(next_observation))
    value = keras.ops.max(smaller, axis=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
