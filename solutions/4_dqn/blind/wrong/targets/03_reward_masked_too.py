# believed: nothing counts at the end
# truth: the factor covers the reward, too: y is 0 instead of r after a fall
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values
        return (reward + gamma * v) * ~terminated
