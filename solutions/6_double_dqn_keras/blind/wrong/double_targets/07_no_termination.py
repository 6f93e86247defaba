# believed: the formula in the text is complete
# truth: after termination the next value must not count, y = r there
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.stop_gradient(reward + gamma * value)
