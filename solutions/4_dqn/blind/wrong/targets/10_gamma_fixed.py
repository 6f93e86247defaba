# believed: gamma is 0.99
# truth: the argument gamma is ignored
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values
        return torch.where(terminated, reward, reward + 0.99 * v)
