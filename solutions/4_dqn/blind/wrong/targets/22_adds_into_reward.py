# believed: y starts as the reward, then the future is added
# truth: += changes the tensor reward of the batch, an argument of the caller
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1).values
        y = reward
        y += gamma * values * ~terminated
    return y
