# believed: argmax has no gradient, so nothing flows anyway.
# truth: Gradient still flows into the target network through its values; stop_gradient is missing.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    next_value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.where(terminated, reward, reward + gamma * next_value)
