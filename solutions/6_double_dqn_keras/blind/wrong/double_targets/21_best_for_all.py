# believed: The best action is the argmax of the network's values.
# truth: One action is chosen for the whole batch (by the mean of the values) instead of one for each row.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(keras.ops.mean(net(next_observation), axis=0))
    next_value = tf.gather(target_net(next_observation), best, axis=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
