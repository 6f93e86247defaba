# believed: take(values, best, axis=1) takes from each row its own column
# truth: take(..., axis=1)[:, 0] takes the first row's best action from every row.
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    next_value = keras.ops.take(target_net(next_observation), best, axis=1)[:, 0]
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
