# believed: V(s) is the expected value over the actions
# truth: V is the mean of the Q-values over the actions instead of the maximum.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).mean(dim=1)
        return reward + gamma * values * ~terminated
