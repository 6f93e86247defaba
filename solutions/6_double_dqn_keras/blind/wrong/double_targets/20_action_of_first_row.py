# believed: gather takes the column of the best action.
# truth: Without batch_dims every row is evaluated at the best action of the first row.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    next_value = tf.gather(target_net(next_observation), best, axis=1)[:, 0]
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
