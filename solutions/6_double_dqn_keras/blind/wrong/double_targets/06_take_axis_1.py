# believed: keras.ops.take along axis 1 picks one column for each row
# truth: take picks all columns in `best` for every row, (batch, batch); the mean of it mixes all rows
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    value = keras.ops.mean(keras.ops.take(target_net(next_observation), best, axis=1), axis=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
