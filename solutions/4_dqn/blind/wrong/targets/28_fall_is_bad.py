# believed: a fall must hurt, so the target of a terminated row is -1
# truth: where the episode terminated, y is the reward that came and nothing else
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1).values
        y = reward + gamma * values
        y[terminated] = -1.0
    return y
