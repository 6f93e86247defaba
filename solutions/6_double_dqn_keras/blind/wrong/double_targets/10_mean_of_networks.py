# believed: two networks, so average their opinions
# truth: the mean of both networks evaluates, not the target network alone
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    both = (net(next_observation) + target_net(next_observation)) / 2
    value = tf.gather(both, best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
