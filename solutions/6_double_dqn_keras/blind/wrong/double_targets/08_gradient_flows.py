# believed: argmax has no gradient, so nothing must be stopped
# truth: the gradient flows through the target network's value
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.where(terminated, reward, reward + gamma * value)
