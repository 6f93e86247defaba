# believed: net.act gives the best actions, that is exactly what it is for
# truth: act leaves TensorFlow (predict_on_batch, NumPy), so it cannot be recorded by tf.function
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = net.act(next_observation)
    value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
