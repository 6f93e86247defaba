# believed: the target network chooses, and the network that learns evaluates
# truth: The roles are swapped: target_net chooses the action and net evaluates it.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(target_net(next_observation), axis=1)
    next_value = tf.gather(net(next_observation), best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
