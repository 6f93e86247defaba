# believed: Double DQN means that there are two networks, so max of the target network
# truth: this is plain DQN's formula, net is not used
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    values = target_net(next_observation)
    y = keras.ops.where(terminated, reward, reward + gamma * keras.ops.max(values, axis=1))
    return keras.ops.stop_gradient(y)
