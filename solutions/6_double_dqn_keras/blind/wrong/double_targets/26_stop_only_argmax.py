# believed: only net learns, so only its part needs stop_gradient
# truth: stop_gradient is around the action only, so a gradient flows through the target network's values.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.stop_gradient(keras.ops.argmax(net(next_observation), axis=1))
    next_value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.where(terminated, reward, reward + gamma * next_value)
