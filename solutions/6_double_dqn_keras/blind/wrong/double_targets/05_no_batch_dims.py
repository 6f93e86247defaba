# believed: tf.gather(values, best) takes the column best from each row
# truth: without batch_dims it takes whole rows with the numbers 0 and 1; shape (batch, n_actions)
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    value = tf.gather(target_net(next_observation), best)[:, 0]
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
