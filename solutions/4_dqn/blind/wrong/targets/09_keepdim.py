# believed: keepdim keeps the shapes together
# truth: (batch, 1) times (batch,) gives a table of shape (batch, batch)
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1, keepdim=True).values
        return reward + gamma * v * ~terminated
