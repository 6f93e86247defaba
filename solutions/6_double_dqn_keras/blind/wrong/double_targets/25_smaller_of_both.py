# believed: the double in Double DQN means the smaller of two estimates
# truth: The next value is the maximum of the smaller of both networks' Q-values (clipped double Q-learning), not the target network's value of net's best action.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    smaller = keras.ops.minimum(net(next_observation), target_net(next_observation))
    next_value = keras.ops.max(smaller, axis=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
