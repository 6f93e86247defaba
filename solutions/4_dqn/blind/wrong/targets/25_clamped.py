# believed: no return can be larger than 1 or smaller than 0 with rewards of 0.01
# truth: V(s') is cut to the range 0 to 1; with other rewards (unscaled, negative, the mountain car) the targets are wrong
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1).values.clamp(0, 1)
        return reward + gamma * values * ~terminated
