# believed: 1 - done, as everywhere
# truth: minus is not defined for tensors of true and false, it raises an error
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values
        return reward + gamma * v * (1 - terminated)
