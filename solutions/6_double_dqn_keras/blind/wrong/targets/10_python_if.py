# believed: if terminated: return reward
# truth: an `if` needs one truth value, but terminated is a tensor with one value for each row
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    if terminated:
        return reward
    return keras.ops.stop_gradient(reward + gamma * keras.ops.max(target_net(next_observation), axis=1))
