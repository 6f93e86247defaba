# believed: when the pole has fallen, the target is 0
# truth: The last reward is lost, too: y is 0 instead of r where the episode terminated.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1).values
        return ~terminated * (reward + gamma * values)
