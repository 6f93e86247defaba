# believed: the larger of the two columns is the maximum
# truth: a third action is never looked at
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation)
        best = torch.maximum(values[:, 0], values[:, 1])
        return reward + gamma * best * ~terminated
