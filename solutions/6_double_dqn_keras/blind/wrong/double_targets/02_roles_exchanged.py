# believed: the target network chooses because it is more stable, net evaluates
# truth: the roles are exchanged: target_net chooses and net evaluates
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(target_net(next_observation), axis=1)
    value = tf.gather(net(next_observation), best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
