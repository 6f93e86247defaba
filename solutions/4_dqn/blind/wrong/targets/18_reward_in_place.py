# believed: += saves memory, and the batch is thrown away anyway
# truth: the numbers are right, but the caller's reward tensor is overwritten with the targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        reward += gamma * target_net(next_observation).max(dim=1).values * ~terminated
    return reward
