# believed: after the end nothing counts
# truth: the reward of the last step counts too, only V(s') is zero
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1).values
        return (reward + gamma * values) * ~terminated
