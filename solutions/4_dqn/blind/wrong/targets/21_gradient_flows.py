# believed: the target network is another network, so no gradient can reach the net
# truth: y carries a gradient; it must be computed without one
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    values = target_net(next_observation).max(dim=1).values
    return reward + gamma * values * ~terminated
