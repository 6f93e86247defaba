# believed: inference_mode is the better no_grad
# truth: the targets are inference tensors; F.smooth_l1_loss and huber_loss cannot save them for the backward pass and raise an error (only a loss written by hand as |Q - y| happens to work)
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.inference_mode():
        v = target_net(next_observation).max(dim=1).values
        return reward + gamma * v * ~terminated
