# believed: max along a dimension gives the best action, which is what counts
# truth: The number of the best action is used instead of its value.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1).indices
        return reward + gamma * values * ~terminated
