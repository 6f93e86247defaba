# believed: there are only two actions, so a comparison of the two columns will do
# truth: only the first two actions are looked at; with ten actions (section 9) the best one is missed
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    q, target_q = net(next_observation), target_net(next_observation)
    value = keras.ops.where(q[:, 0] >= q[:, 1], target_q[:, 0], target_q[:, 1])
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
