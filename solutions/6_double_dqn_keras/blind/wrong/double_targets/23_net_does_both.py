# believed: the network that chooses also knows the value of its choice
# truth: net chooses and also evaluates, so the target network is not used at all.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    values = net(next_observation)
    best = keras.ops.argmax(values, axis=1)
    next_value = tf.gather(values, best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
