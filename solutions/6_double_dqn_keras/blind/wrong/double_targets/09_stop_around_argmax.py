# believed: the choice must have no gradient, that is what stop_gradient is for
# truth: it is put around argmax, which has no gradient anyway; the evaluation keeps its gradient
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.stop_gradient(keras.ops.argmax(net(next_observation), axis=1))
    value = tf.gather(target_net(next_observation), best, batch_dims=1)
    y = reward + gamma * value
    return keras.ops.where(terminated, reward, y)
