# believed: the optimizer only knows the other network, so no gradient can do harm
# truth: The targets are computed with a gradient.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    values = target_net(next_observation).max(dim=1).values
    return reward + gamma * values * ~terminated
