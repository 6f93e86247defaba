# believed: a fall must hurt, so its target is -1
# truth: y is -1 and not r where the episode terminated
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values
        return torch.where(terminated, -torch.ones_like(reward), reward + gamma * v)
