# believed: argmax and then gather, both with the target network
# truth: target_net chooses and evaluates, which is the same as its maximum
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    values = target_net(next_observation)
    best = keras.ops.argmax(values, axis=1)
    value = tf.gather(values, best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
