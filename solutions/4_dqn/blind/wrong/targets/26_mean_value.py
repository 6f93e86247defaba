# believed: what a state is worth is the mean over its actions
# truth: V is the maximum over the actions, not the mean
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).mean(dim=1)
        return reward + gamma * values * ~terminated
