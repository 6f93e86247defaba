# believed: torch.no_grad() switches the gradient off from here on
# truth: without "with" the object is thrown away at once, y has a gradient
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    torch.no_grad()
    v = target_net(next_observation).max(dim=1).values
    return reward + gamma * v * ~terminated
