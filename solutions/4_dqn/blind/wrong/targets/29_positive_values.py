# believed: values of an alive pole are positive, so start the maximum at zero
# truth: zeros take part in the maximum: a negative V(s') becomes zero
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    values = torch.zeros(len(reward))
    with torch.no_grad():
        for column in target_net(next_observation).T:
            values = torch.maximum(values, column)
    return reward + gamma * values * ~terminated
