# believed: in double Q-learning (Sutton & Barto 6.7) a coin decides which network chooses
# truth: the roles are fixed in Double DQN; and a Python coin is thrown only once when TensorFlow records the function
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    first, second = (net, target_net) if random.random() < 0.5 else (target_net, net)
    best = keras.ops.argmax(first(next_observation), axis=1)
    value = tf.gather(second(next_observation), best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
