# believed: no return can be larger than 1, so clamping keeps the values sane
# truth: V(s') is cut to [0, 1]: negative values and values above 1 are lost
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values.clamp(0, 1)
        return reward + gamma * v * ~terminated
