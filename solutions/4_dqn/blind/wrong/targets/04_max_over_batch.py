# believed: dim=0 is the first choice
# truth: the maximum over the batch, shape (n_actions,)
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=0).values
        return reward + gamma * v * ~terminated
